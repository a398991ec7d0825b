/** What a function is written from. */
export interface Source {
  /** The words of its name. */
  readonly name: readonly string[];
  /** What it does and where its prompt is from, in two lines. */
  readonly about: readonly string[];
  /** Literals before and after the input, in order, with `text` for the input; empty literals are left out. */
  readonly pieces: readonly string[];
  readonly quote: (text: string) => string;
}

/** A function's lines, with a tab for each level of indentation. */
export type Writer = (source: Source) => string[];

const snake = (words: readonly string[]): string => words.join('_');
const pascal = (words: readonly string[]): string => words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
const camel = (words: readonly string[]): string => words[0]! + pascal(words.slice(1));

const javadoc = (lines: readonly string[]): string[] => ['/**', ...lines.map((line) => ` * ${line}`), ' */'];
const xml = (line: string): string => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export const python: Writer = ({ name, about, pieces, quote }) => {
  const [first, second] = about.map((line) => quote(line).slice(1, -1));
  return [`def ${snake(name)}(text: str) -> str:`, `\t"""${first}`, '', `\t${second}`, '\t"""', `\treturn ${pieces.join(' + ')}`];
};

export const typescript: Writer = ({ name, about, pieces }) => [
  ...javadoc(about),
  `function ${camel(name)}(text: string): string {`,
  `\treturn ${pieces.join(' + ')};`,
  '}',
];

export const javascript: Writer = ({ name, about, pieces }) => [
  ...javadoc([...about, '@param {string} text', '@returns {string}']),
  `function ${camel(name)}(text) {`,
  `\treturn ${pieces.join(' + ')};`,
  '}',
];

export const java: Writer = ({ name, about, pieces }) => [
  ...javadoc(about),
  `public static String ${camel(name)}(String text) {`,
  `\treturn ${pieces.join(' + ')};`,
  '}',
];

export const csharp: Writer = ({ name, about, pieces }) => [
  ...['<summary>', ...about.map(xml), '</summary>'].map((line) => `/// ${line}`),
  `public static string ${pascal(name)}(string text)`,
  '{',
  `\treturn ${pieces.join(' + ')};`,
  '}',
];

export const go: Writer = ({ name, about, pieces }) => [
  `// ${camel(name)} returns ${about[0]![0]!.toLowerCase()}${about[0]!.slice(1)}`,
  `// ${about[1]}`,
  `func ${camel(name)}(text string) string {`,
  `\treturn ${pieces.join(' + ')}`,
  '}',
];

export const rust: Writer = ({ name, about, pieces }) => [
  ...about.map((line) => `/// ${line}`),
  `fn ${snake(name)}(text: &str) -> String {`,
  `\t[${pieces.join(', ')}].concat()`,
  '}',
];
