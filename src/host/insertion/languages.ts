import { FUNCTION_IDS } from './functionLanguages';
import { QUOTING, type Join, type Quoting } from './quoting';

/** How a language writes a function that takes an input and returns what to send to the model. */
interface FunctionForm {
  readonly naming: 'snake' | 'camel' | 'pascal';
  /** The code, with a tab for each level of indentation. `{about}`, `{origin}`, `{words}` and `{run}` are the lines that describe it. */
  readonly code: string;
  /** The type of a text. */
  readonly text: string;
  /** The messages of a chat: their type, what is around the list, and each message. */
  readonly chat: {
    readonly type: string;
    readonly list: readonly [string, string];
    readonly message: string;
    /** The language allows no comma after the last one. */
    readonly noLastComma?: true;
  };
  /** How to join literals and the input, where that is not how literals alone are joined. */
  readonly join?: Join;
  /** How a described name is written where the description is. */
  readonly describe?: (text: string, literal: (text: string) => string) => string;
}

/** The forms in which a prompt is inserted into a language: a string, and a function if the language has one here. */
interface Language {
  readonly quoting: Quoting;
  readonly function?: FunctionForm;
}

const JAVADOC = '/**\n * The {about}\n * {origin}\n * {words}\n * {run}\n';
const RETURN = '{\n\treturn {value};\n}';
const SCRIPT_CHAT = { list: ['[', ']'], message: '{ role: "{role}", content: {content} }' } as const;
const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const FUNCTIONS = {
  python: {
    naming: 'snake',
    code: 'def {name}(text: str) -> {type}:\n\t"""The {about}\n\n\t{origin}\n\t{words}\n\t{run}\n\t"""\n\treturn {value}',
    text: 'str',
    chat: { type: 'list[dict[str, str]]', list: ['[', ']'], message: '{"role": "{role}", "content": {content}}' },
    describe: (text, literal) => literal(text).slice(1, -1),
  },
  typescript: {
    naming: 'camel',
    code: `${JAVADOC} */\nfunction {name}(text: string): {type} ${RETURN}`,
    text: 'string',
    chat: { type: '{ role: "system" | "user" | "assistant"; content: string }[]', ...SCRIPT_CHAT },
  },
  javascript: {
    naming: 'camel',
    code: `${JAVADOC} * @param {string} text\n * @returns {{type}}\n */\nfunction {name}(text) ${RETURN}`,
    text: 'string',
    chat: { type: '{ role: string, content: string }[]', ...SCRIPT_CHAT },
  },
  java: {
    naming: 'camel',
    code: `${JAVADOC} */\npublic static {type} {name}(String text) ${RETURN}`,
    text: 'String',
    chat: {
      type: 'java.util.List<java.util.Map<String, String>>',
      list: ['java.util.List.of(', ')'],
      message: 'java.util.Map.of("role", "{role}", "content", {content})',
      noLastComma: true,
    },
  },
  csharp: {
    naming: 'pascal',
    code: `/// <summary>\n/// The {about}\n/// {origin}\n/// {words}\n/// {run}\n/// </summary>\npublic static {type} {name}(string text)\n${RETURN}`,
    text: 'string',
    chat: {
      type: '(string Role, string Content)[]',
      list: ['new (string Role, string Content)[] {', '}'],
      message: '("{role}", {content})',
    },
    describe: xml,
  },
  go: {
    naming: 'camel',
    code: '// {name} returns the {about}\n// {origin}\n// {words}\n// {run}\nfunc {name}(text string) {type} {\n\treturn {value}\n}',
    text: 'string',
    chat: {
      type: '[]map[string]string',
      list: ['[]map[string]string{', '}'],
      message: '{"role": "{role}", "content": {content}}',
    },
  },
  rust: {
    naming: 'snake',
    code: '/// The {about}\n/// {origin}\n/// {words}\n/// {run}\nfn {name}(text: &str) -> {type} {\n\t{value}\n}',
    text: 'String',
    chat: { type: "Vec<(&'static str, String)>", list: ['vec![', ']'], message: '("{role}", {content})' },
    join: ['[', ',', '].concat()'],
  },
} satisfies Record<string, FunctionForm>;

/** By the language ids of VS Code and the names after a code fence of Markdown. Anything else gets the bare text. */
const FORMS: readonly (readonly [ids: string, quoting: Quoting, form?: FunctionForm])[] = [
  [FUNCTION_IDS.python, QUOTING.python, FUNCTIONS.python],
  [FUNCTION_IDS.typescript, QUOTING.javascript, FUNCTIONS.typescript],
  [FUNCTION_IDS.javascript, QUOTING.javascript, FUNCTIONS.javascript],
  [FUNCTION_IDS.java, QUOTING.java, FUNCTIONS.java],
  [FUNCTION_IDS.csharp, QUOTING.csharp, FUNCTIONS.csharp],
  [FUNCTION_IDS.go, QUOTING.go, FUNCTIONS.go],
  [FUNCTION_IDS.rust, QUOTING.rust, FUNCTIONS.rust],
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
