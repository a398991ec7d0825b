/** The words of a task's name, lower case and ASCII, ending in `prompt`: what an identifier is made of. */
export function nameWords(taskName: string): string[] {
  const plain = taskName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2');
  const words: string[] = [...(plain.toLowerCase().match(/[a-z0-9]+/g) ?? [])];
  if (words.length === 0 || /^\d/.test(words[0]!)) words.unshift('task');
  return words.at(-1) === 'prompt' ? words : [...words, 'prompt'];
}

export function snakeCase(words: readonly string[]): string {
  return words.join('_');
}

export function pascalCase(words: readonly string[]): string {
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

export function camelCase(words: readonly string[]): string {
  return words[0]! + pascalCase(words.slice(1));
}
