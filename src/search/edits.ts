import type { Random } from '../method/random';

/** A prompt with one token exchanged, from one of the best; undefined where chance finds none that is new. */
export function edit(
  best: readonly (readonly number[])[],
  actions: number,
  taken: ReadonlySet<string>,
  random: Random,
): number[] | undefined {
  for (let attempt = 0; attempt < 50; attempt++) {
    const parent = best[random.below(best.length)]!;
    const prompt = parent.with(random.below(parent.length), random.below(actions));
    if (!taken.has(prompt.join())) return prompt;
  }
  return undefined;
}

/** A prompt that ends in given tokens, or as many of the last as it has room for; what comes before is drawn. */
export function completed(
  tokens: readonly number[],
  length: number,
  actions: number,
  taken: ReadonlySet<string>,
  random: Random,
): number[] | undefined {
  for (let attempt = 0; attempt < 50; attempt++) {
    const prompt = [...Array.from({ length: Math.max(0, length - tokens.length) }, () => random.below(actions)), ...tokens.slice(-length)];
    if (!taken.has(prompt.join())) return prompt;
    if (tokens.length >= length) return undefined;
  }
  return undefined;
}

/** A prompt of tokens drawn uniformly. */
export function drawn(length: number, actions: number, taken: ReadonlySet<string>, random: Random): number[] | undefined {
  for (let attempt = 0; attempt < 50; attempt++) {
    const prompt = Array.from({ length }, () => random.below(actions));
    if (!taken.has(prompt.join())) return prompt;
  }
  return undefined;
}
