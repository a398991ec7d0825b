import type { Method, ParsedSpec, SearchSettings } from './schema';

/** Unless the spec says otherwise. */
const INSTRUCTION_TOKENS = 400;

/** Tokens of an instruction at most; unless the spec says so, no more than half of what the task model can read. */
export function instructionTokens({ prompt }: Pick<ParsedSpec, 'prompt'>, context = Infinity): number {
  return prompt.maxTokens ?? Math.min(INSTRUCTION_TOKENS, Math.floor(context / 2));
}

/** The searches of a run besides its control. */
export function searchMethods({ method = ['rlprompt'] }: Pick<SearchSettings, 'method'>): Exclude<Method, 'random'>[] {
  return method.filter((name) => name !== 'random');
}

export function hasMethod({ search }: Pick<ParsedSpec, 'search'>, name: Exclude<Method, 'random'>): boolean {
  return searchMethods(search.method ? { method: search.method } : {}).includes(name);
}

/** The prompts that are there before the search, which score on all rows first. */
export function givenPrompts({ prompt, compare }: Pick<ParsedSpec, 'prompt' | 'compare'>): string[] {
  return [...new Set([...(prompt.start === undefined ? [] : [prompt.start]), ...compare])];
}
