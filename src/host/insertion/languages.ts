import { QUOTING, type Quoting } from './quoting';
import * as writers from './writers';

/** The forms in which a prompt is inserted into a language: a string, and a function if there is a writer. */
export interface Language {
  readonly quoting: Quoting;
  readonly writer?: writers.Writer;
}

/** By the language ids of VS Code. Anything else gets the bare text. */
const FORMS: readonly (readonly [ids: string, quoting: Quoting, writer?: writers.Writer])[] = [
  ['python', QUOTING.python, writers.python],
  ['typescript typescriptreact', QUOTING.javascript, writers.typescript],
  ['javascript javascriptreact vue svelte astro', QUOTING.javascript, writers.javascript],
  ['java', QUOTING.java, writers.java],
  ['csharp', QUOTING.csharp, writers.csharp],
  ['go', QUOTING.go, writers.go],
  ['rust', QUOTING.rust, writers.rust],
  ['json jsonc', QUOTING.json],
  ['php', QUOTING.php],
  ['ruby', QUOTING.ruby],
  ['c cpp cuda-cpp', QUOTING.c],
  ['kotlin', QUOTING.kotlin],
  ['swift', QUOTING.swift],
  ['shellscript', QUOTING.shellscript],
  ['yaml dockercompose', QUOTING.yaml],
  ['toml', QUOTING.toml],
];

const LANGUAGES = new Map(
  FORMS.flatMap(([ids, quoting, writer]) => ids.split(' ').map((id): [string, Language] => [id, { quoting, ...(writer && { writer }) }])),
);

/** Undefined for prose and for languages whose strings are not known here. */
export function languageOf(languageId: string): Language | undefined {
  return LANGUAGES.get(languageId);
}

export function hasFunction(languageId: string): boolean {
  return languageOf(languageId)?.writer !== undefined;
}
