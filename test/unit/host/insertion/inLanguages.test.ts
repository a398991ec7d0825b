import { describe, expect, it } from 'vitest';
import { InsertionError } from '../../../../src/host/insertion/insertionError';
import { hasFunction } from '../../../../src/host/insertion/languages';
import { literal, literalAt } from '../../../../src/host/insertion/literal';
import { functionsIn } from './functions';
import { LONE, NASTY, randomTexts } from './nastyTexts';
import { PLACES } from './places';
import { PROGRAMS, type Expression, type Program } from './programs';

const WELL_FORMED = [...NASTY, ...randomTexts(150, 11)];

function textsOf({ languageId, utf8 }: Program): string[] {
  const texts = utf8 ? WELL_FORMED : [...WELL_FORMED, ...LONE];
  return languageId === 'shellscript' ? texts.filter((text) => !text.includes('\0')) : texts;
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
    it.skipIf(!available)(title, { timeout: 180_000 }, () => {
      const texts = textsOf(program);
      const inputs = ['An input', '"quoted" \'it\' $x \\ {prompt} <mask>\n', ...texts.slice(-30, -27)];
      const functions = hasFunction(languageId) ? functionsIn(languageId, texts.slice(-6), inputs) : [];
      const call = (name: string, input: string): string => `${name}(${literal(input, languageId)})`;
      const expressions: Expression[] = [
        ...texts.map((text) => ({ code: literal(text, languageId), text })),
        ...insideStrings(languageId, texts),
        ...functions.flatMap(({ name, cases }) => cases.map(({ input, text }) => ({ code: call(name, input), text }))),
      ];
      const values = program.evaluate(
        functions.map(({ declaration }) => declaration),
        expressions,
      );
      expect(values.length).toBe(expressions.length);
      const wrong = expressions.flatMap(({ code, text }, i) => (values[i] === text ? [] : [{ code, text, value: values[i] }]));
      expect(wrong).toEqual([]);
    });
  }
});
