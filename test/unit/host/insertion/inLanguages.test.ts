import { describe, expect, it } from 'vitest';
import { InsertionError } from '../../../../src/host/insertion/insertionError';
import { hasFunction } from '../../../../src/host/insertion/functionLanguages';
import { literal, literalAt } from '../../../../src/host/insertion/literal';
import { chatsIn, functionsIn } from './functions';
import { LONE, LONG, NASTY, randomTexts } from './nastyTexts';
import { PLACES } from './places';
import { PROGRAMS, type Expression, type Program } from './programs';

const WELL_FORMED = [...NASTY, ...randomTexts(150, 11)];

function textsOf({ languageId, utf8 }: Program): string[] {
  const texts = utf8 ? WELL_FORMED : [...WELL_FORMED, ...LONE];
  return languageId === 'shellscript' ? texts.filter((text) => !text.includes('\0')) : texts;
}

/** The content of a message of a chat. */
const CONTENT: Readonly<Record<string, (chat: string, at: number) => string>> = {
  java: (chat, at) => `${chat}.get(${at}).get("content")`,
  rust: (chat, at) => `&${chat}[${at}].1`,
};

/** Long texts as they are inserted into an indented line outside strings. */
function outsideStrings(languageId: string, texts: readonly string[]): Expression[] {
  const before = PLACES[languageId]!.length > 0 ? '    ' : '';
  return texts.map((text) => ({ code: literalAt(text, languageId, before), text }));
}

/** Code above the cursor that opens a string of several lines, with odd quotes before it; code behind; what is around the text. */
const SEVERAL_LINES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  python: [
    [`"it's" + """`, '', 'b"""', `it's\n`, 'b'],
    [`('a"'  # it's """\n + f'''{1}\n`, '  x', "''')", 'a"1\n\n  x', ''],
  ],
  javascript: [
    ['/* it`s\n " */ `${`a`}', ' ', '`', 'a\n ', ''],
    ['("it\'s" // `\n + `', 'x ${"`"} ', '`)', "it's\nx ` ", ''],
  ],
  go: [['"`" + /* ` */ `', 'x', '`', '`\nx', '']],
};

/** Every text in a string that begins on an earlier line. */
function insideLines(languageId: string, texts: readonly string[]): Expression[] {
  return (SEVERAL_LINES[languageId] ?? []).flatMap(([above = '', before = '', behind = '', first = '', last = '']) =>
    texts.flatMap((text) => {
      try {
        const code = literalAt(text, languageId, before, above.split('\n'));
        return [{ code: `${above}\n${before}${code}${behind}`, text: first + text + last }];
      } catch (error) {
        if (error instanceof InsertionError) return [];
        throw error;
      }
    }),
  );
}

/** Every text in every kind of string that the language has, without those that a kind cannot hold and refuses. */
function insideStrings(languageId: string, texts: readonly string[]): Expression[] {
  return PLACES[languageId]!.flatMap(({ before, behind, around }) =>
    texts.flatMap((text) => {
      try {
        return [{ code: before + literalAt(text, languageId, before) + behind, text: around[0] + text + around[1] }];
      } catch (error) {
        if (error instanceof InsertionError) return [];
        throw error;
      }
    }),
  );
}

describe('inserted code, run by the language itself', () => {
  for (const program of PROGRAMS) {
    const { languageId, available } = program;
    const title = `${languageId}${available ? '' : ' (skipped: its tool is not on this machine)'}`;
    it.skipIf(!available)(title, () => {
      const texts = textsOf(program);
      const inputs = ['An input', '"quoted" \'it\' $x \\ {prompt} <mask>\n', ...texts.slice(-30, -27)];
      const long = LONG.map((text) => (languageId === 'shellscript' ? text.replaceAll('\0', '') : text));
      const functions = hasFunction(languageId) ? functionsIn(languageId, [...texts.slice(-6), ...long], inputs) : [];
      const chats = hasFunction(languageId) ? chatsIn(languageId, ['Absolutely', ...long], inputs) : [];
      const content = CONTENT[languageId] ?? ((chat: string, at: number) => `${chat}[${at}]["content"]`);
      const call = (name: string, input: string): string => `${name}(${literal(input, languageId)})`;
      const expressions: Expression[] = [
        ...texts.map((text) => ({ code: literal(text, languageId), text })),
        ...outsideStrings(languageId, long),
        ...insideStrings(languageId, [...texts, ...long]),
        ...insideLines(languageId, [...texts, ...long]),
        ...functions.flatMap(({ name, cases }) => cases.map(({ input, text }) => ({ code: call(name, input), text }))),
        ...chats.flatMap(({ name, at, cases }) => cases.map(({ input, text }) => ({ code: content(call(name, input), at), text }))),
      ];
      const values = program.evaluate(
        [...functions, ...chats].map(({ declaration }) => declaration),
        expressions,
      );
      expect(values.length).toBe(expressions.length);
      const wrong = expressions.flatMap(({ code, text }, i) => (values[i] === text ? [] : [{ code, text, value: values[i] }]));
      expect(wrong).toEqual([]);
    });
  }
});
