/** The languages that have functions, by the ids of VS Code and the names after a code fence. The host knows no more of them. */
export const FUNCTION_IDS = {
  python: 'python py',
  typescript: 'typescript typescriptreact ts tsx',
  javascript: 'javascript javascriptreact js jsx vue svelte astro',
  java: 'java',
  csharp: 'csharp cs c#',
  go: 'go golang',
  rust: 'rust rs',
} as const;

const IDS = new Set(Object.values(FUNCTION_IDS).flatMap((ids) => ids.split(' ')));

export function hasFunction(languageId: string): boolean {
  return IDS.has(languageId);
}
