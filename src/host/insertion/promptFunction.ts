import { functionDescription } from './description';
import { filledTemplate, type FilledTemplate } from './filledTemplate';
import type { FoundPrompt } from './foundPrompt';
import { InsertionError } from './insertionError';
import { languageOf, type Language } from './languages';
import { quoted } from './literal';
import { camelCase, nameWords, pascalCase, snakeCase } from './names';

/** Code that fills a run's template. */
export interface PromptFunction {
  /** Its lines, without line ends and without the indentation of the place that it goes to. */
  readonly lines: readonly string[];
  /** `block`: on lines of its own, indented as a whole; `inline`: at the cursor; `text`: at the cursor and never indented. */
  readonly placement: 'block' | 'inline' | 'text';
}

/** What a function is written from. */
interface Source {
  readonly name: readonly string[];
  readonly about: readonly [string, string];
  /** Literals around the input in their order, and `text` for the input; empty literals are left out. */
  readonly pieces: readonly string[];
  /** One level of indentation. */
  readonly unit: string;
}

/**
 * A function in a language that takes an input and gives the whole text to send to the model; in a language of data an object
 * of template and prompt, in prose the template filled in with `{input}` left open.
 * @throws InsertionError when the language has no such form or cannot hold the text
 */
export function promptFunction(found: FoundPrompt, languageId: string, unit: string): PromptFunction {
  const text = filledTemplate(found);
  if (languageId === 'plaintext') return { lines: openText(text).split('\n'), placement: 'text' };
  if (languageId === 'markdown') return { lines: fenced(openText(text)), placement: 'block' };
  const language = languageOf(languageId);
  if (language === undefined) {
    throw new InsertionError(
      `There is no function form for the language “${languageId}”. Insert the prompt as a string, or set the language of the file.`,
    );
  }
  const piece = (value: string): string[] => (value === '' ? [] : [quoted(value, language)]);
  const pair = { template: quoted(found.template, language), prompt: quoted(found.prompt, language) };
  if (language === 'json') {
    return { lines: ['{', `${unit}"template": ${pair.template},`, `${unit}"prompt": ${pair.prompt}`, '}'], placement: 'inline' };
  }
  if (language === 'yaml') return { lines: [`template: ${pair.template}`, `prompt: ${pair.prompt}`], placement: 'block' };
  if (language === 'toml') return { lines: [`template = ${pair.template}`, `prompt = ${pair.prompt}`], placement: 'block' };
  if (language === 'c' && `${text.before}${text.after}`.includes('\0'))
    throw new InsertionError('There is no function form in C for a text with a NUL character, which ends a string there.');
  const source = {
    name: nameWords(found.taskName),
    about: functionDescription(found),
    pieces: [...piece(text.before), language === 'shellscript' ? '"$1"' : language === 'php' ? '$text' : 'text', ...piece(text.after)],
    unit,
  };
  return { lines: WRITERS[language](source), placement: 'block' };
}

function openText({ before, after }: FilledTemplate): string {
  return `${before}{input}${after}`;
}

/** A fenced block of Markdown, its fence longer than any run of backticks inside. */
function fenced(text: string): string[] {
  const fence = '`'.repeat(Math.max(3, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length + 1)));
  return [`${fence}text`, ...text.split('\n'), fence];
}

const sum = (pieces: readonly string[]): string => pieces.join(' + ');

const javadoc = (lines: readonly string[]): string[] => ['/**', ...lines.map((line) => ` * ${line}`), ' */'];
const each = (mark: string, lines: readonly string[]): string[] => lines.map((line) => `${mark} ${line}`);
const xml = (line: string): string => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

type Writer = (source: Source) => string[];

const WRITERS: Readonly<Record<Exclude<Language, 'json' | 'yaml' | 'toml'>, Writer>> = {
  python: ({ name, about, pieces, unit }) => {
    const [first, second] = about.map((line) => quoted(line, 'python').slice(1, -1));
    return [
      `def ${snakeCase(name)}(text: str) -> str:`,
      `${unit}"""${first}`,
      '',
      `${unit}${second}`,
      `${unit}"""`,
      `${unit}return ${sum(pieces)}`,
    ];
  },
  typescript: ({ name, about, pieces, unit }) => [
    ...javadoc(about),
    `function ${camelCase(name)}(text: string): string {`,
    `${unit}return ${sum(pieces)};`,
    '}',
  ],
  javascript: ({ name, about, pieces, unit }) => [
    ...javadoc([...about, '@param {string} text', '@returns {string}']),
    `function ${camelCase(name)}(text) {`,
    `${unit}return ${sum(pieces)};`,
    '}',
  ],
  java: ({ name, about, pieces, unit }) => [
    ...javadoc(about),
    `public static String ${camelCase(name)}(String text) {`,
    `${unit}return ${sum(pieces)};`,
    '}',
  ],
  csharp: ({ name, about, pieces, unit }) => [
    '/// <summary>',
    ...each('///', about.map(xml)),
    '/// </summary>',
    `public static string ${pascalCase(name)}(string text)`,
    '{',
    `${unit}return ${sum(pieces)};`,
    '}',
  ],
  go: ({ name, about, pieces, unit }) => [
    `// ${camelCase(name)} gives ${about[0][0]!.toLowerCase()}${about[0].slice(1)}`,
    `// ${about[1]}`,
    `func ${camelCase(name)}(text string) string {`,
    `${unit}return ${sum(pieces)}`,
    '}',
  ],
  rust: ({ name, about, pieces, unit }) => [
    ...each('///', about),
    `fn ${snakeCase(name)}(text: &str) -> String {`,
    `${unit}[${pieces.join(', ')}].concat()`,
    '}',
  ],
  php: ({ name, about, pieces, unit }) => [
    ...javadoc(about),
    `function ${snakeCase(name)}(string $text): string`,
    '{',
    `${unit}return ${pieces.join(' . ')};`,
    '}',
  ],
  ruby: ({ name, about, pieces, unit }) => [...each('#', about), `def ${snakeCase(name)}(text)`, `${unit}${sum(pieces)}`, 'end'],
  c: ({ name, about, pieces, unit }) => {
    const names = pieces.map((piece, i) => (piece === 'text' ? piece : pieces[i + 1] === 'text' ? 'before' : 'after'));
    const copied = names.slice(1).reduce((so, next) => `strcat(${so}, ${next})`, `strcpy(whole, ${names[0]})`);
    return [
      ...javadoc([...about, 'The caller frees it; NULL when there is no memory. Needs <stdlib.h> and <string.h>.']),
      `char *${snakeCase(name)}(const char *text) {`,
      ...pieces.flatMap((piece, i) => (piece === 'text' ? [] : [`${unit}const char *${names[i]} = ${piece};`])),
      `${unit}char *whole = malloc(${names.map((n) => `strlen(${n})`).join(' + ')} + 1);`,
      `${unit}return whole == NULL ? NULL : ${copied};`,
      '}',
    ];
  },
  cpp: ({ name, about, pieces, unit }) => [
    ...javadoc(about),
    `std::string ${snakeCase(name)}(const std::string &text) {`,
    `${unit}return ${sum(pieces)};`,
    '}',
  ],
  kotlin: ({ name, about, pieces }) => [...javadoc(about), `fun ${camelCase(name)}(text: String): String = ${sum(pieces)}`],
  swift: ({ name, about, pieces, unit }) => [
    ...each('///', about),
    `func ${camelCase(name)}(_ text: String) -> String {`,
    `${unit}return ${sum(pieces)}`,
    '}',
  ],
  shellscript: ({ name, about, pieces, unit }) => [
    ...each('#', about),
    `${snakeCase(name)}() {`,
    `${unit}printf '%s' ${pieces.join('')}`,
    '}',
  ],
};
