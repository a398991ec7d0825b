/** Languages that have string literals here. Anything else gets the bare text. */
export type Language =
  | 'python'
  | 'typescript'
  | 'javascript'
  | 'json'
  | 'java'
  | 'csharp'
  | 'go'
  | 'rust'
  | 'php'
  | 'ruby'
  | 'c'
  | 'cpp'
  | 'kotlin'
  | 'swift'
  | 'shellscript'
  | 'yaml'
  | 'toml';

const LANGUAGES: Readonly<Record<string, Language>> = {
  python: 'python',
  typescript: 'typescript',
  typescriptreact: 'typescript',
  javascript: 'javascript',
  javascriptreact: 'javascript',
  vue: 'javascript',
  svelte: 'javascript',
  astro: 'javascript',
  json: 'json',
  jsonc: 'json',
  java: 'java',
  csharp: 'csharp',
  go: 'go',
  rust: 'rust',
  php: 'php',
  ruby: 'ruby',
  c: 'c',
  cpp: 'cpp',
  'cuda-cpp': 'cpp',
  kotlin: 'kotlin',
  swift: 'swift',
  shellscript: 'shellscript',
  yaml: 'yaml',
  dockercompose: 'yaml',
  toml: 'toml',
};

/** The language of a VS Code language id; undefined for prose and for languages whose strings are not known here. */
export function languageOf(languageId: string): Language | undefined {
  return Object.hasOwn(LANGUAGES, languageId) ? LANGUAGES[languageId] : undefined;
}
