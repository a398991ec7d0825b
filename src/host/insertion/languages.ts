import { QUOTING, type Quoting } from './quoting';

/** How a language writes a function that takes an input and returns the text to send to the model. */
export interface FunctionForm {
  readonly naming: 'snake' | 'camel' | 'pascal';
  /** The code, with a tab for each level of indentation. `{about}`, `{origin}` and `{run}` are the lines that describe it. */
  readonly code: string;
  /** Of a chat: the code, with each message on a line of its own in place of `{messages}`. */
  readonly chat?: { readonly code: string; readonly message: (role: string, content: string) => string };
  /** How to join the literals and the input; by default a plus sign. */
  readonly join?: string;
  /** How a described name is written where the description is. */
  readonly describe?: (text: string, literal: (text: string) => string) => string;
}

/** The forms in which a prompt is inserted into a language: a string, and a function if the language has one here. */
export interface Language {
  readonly quoting: Quoting;
  readonly function?: FunctionForm;
}

const JAVADOC = '/**\n * The {about}\n * {origin}\n * {run}\n';
const RETURN = '{\n\treturn {text};\n}';
const RETURN_MESSAGES = '{\n\treturn [\n{messages}\n\t];\n}';
const ROLES = '"system" | "user" | "assistant"';
const message = (role: string, content: string): string => `{ role: "${role}", content: ${content} },`;
const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const FUNCTIONS = {
  python: {
    naming: 'snake',
    code: 'def {name}(text: str) -> str:\n\t"""The {about}\n\n\t{origin}\n\t{run}\n\t"""\n\treturn {text}',
    chat: {
      code: 'def {name}(text: str) -> list[dict[str, str]]:\n\t"""The {about}\n\n\t{origin}\n\t{run}\n\t"""\n\treturn [\n{messages}\n\t]',
      message: (role, content) => `{"role": "${role}", "content": ${content}},`,
    },
    describe: (text, literal) => literal(text).slice(1, -1),
  },
  typescript: {
    naming: 'camel',
    code: `${JAVADOC} */\nfunction {name}(text: string): string ${RETURN}`,
    chat: { code: `${JAVADOC} */\nfunction {name}(text: string): { role: ${ROLES}; content: string }[] ${RETURN_MESSAGES}`, message },
  },
  javascript: {
    naming: 'camel',
    code: `${JAVADOC} * @param {string} text\n * @returns {string}\n */\nfunction {name}(text) ${RETURN}`,
    chat: {
      code: `${JAVADOC} * @param {string} text\n * @returns {{ role: string, content: string }[]}\n */\nfunction {name}(text) ${RETURN_MESSAGES}`,
      message,
    },
  },
  java: { naming: 'camel', code: `${JAVADOC} */\npublic static String {name}(String text) ${RETURN}` },
  csharp: {
    naming: 'pascal',
    code: `/// <summary>\n/// The {about}\n/// {origin}\n/// {run}\n/// </summary>\npublic static string {name}(string text)\n${RETURN}`,
    describe: xml,
  },
  go: {
    naming: 'camel',
    code: '// {name} returns the {about}\n// {origin}\n// {run}\nfunc {name}(text string) string {\n\treturn {text}\n}',
  },
  rust: {
    naming: 'snake',
    code: '/// The {about}\n/// {origin}\n/// {run}\nfn {name}(text: &str) -> String {\n\t[{text}].concat()\n}',
    join: ', ',
  },
} satisfies Record<string, FunctionForm>;

/** By the language ids of VS Code and the names after a code fence of Markdown. Anything else gets the bare text. */
const FORMS: readonly (readonly [ids: string, quoting: Quoting, form?: FunctionForm])[] = [
  ['python py', QUOTING.python, FUNCTIONS.python],
  ['typescript typescriptreact ts tsx', QUOTING.javascript, FUNCTIONS.typescript],
  ['javascript javascriptreact js jsx vue svelte astro', QUOTING.javascript, FUNCTIONS.javascript],
  ['java', QUOTING.java, FUNCTIONS.java],
  ['csharp cs c#', QUOTING.csharp, FUNCTIONS.csharp],
  ['go golang', QUOTING.go, FUNCTIONS.go],
  ['rust rs', QUOTING.rust, FUNCTIONS.rust],
  ['json jsonc', QUOTING.json],
  ['php', QUOTING.php],
  ['ruby rb', QUOTING.ruby],
  ['c', QUOTING.c],
  ['cpp cuda-cpp c++', QUOTING.cpp],
  ['kotlin kt', QUOTING.kotlin],
  ['swift', QUOTING.swift],
  ['shellscript sh bash zsh shell', QUOTING.shellscript],
  ['yaml yml dockercompose', QUOTING.yaml],
  ['toml', QUOTING.toml],
];

const LANGUAGES = new Map(
  FORMS.flatMap(([ids, quoting, form]) =>
    ids.split(' ').map((id): [string, Language] => [id, { quoting, ...(form && { function: form }) }]),
  ),
);

/** Undefined for prose and for languages whose strings are not known here. */
export function languageOf(languageId: string): Language | undefined {
  return LANGUAGES.get(languageId);
}

export function hasFunction(languageId: string): boolean {
  return languageOf(languageId)?.function !== undefined;
}

/** The language after the first lines of a document: in a code fence of Markdown, that of the fence. */
export function languageAt(languageId: string, linesBefore: readonly string[]): string {
  if (languageId !== 'markdown') return languageId;
  let open: { mark: string; language: string } | undefined;
  for (const line of linesBefore) {
    const [, mark, info] = /^ {0,3}(`{3,}(?!.*`)|~{3,})\s*([^\s{]*)/.exec(line) ?? [];
    if (mark === undefined) continue;
    if (!open) open = { mark, language: info!.toLowerCase() || 'plaintext' };
    else if (mark.startsWith(open.mark) && info === '') open = undefined;
  }
  return open?.language ?? languageId;
}
