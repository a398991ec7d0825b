/** The shaping of text style transfer: [0, 1] → [−20, 80]. */
const [LOW, HIGH] = [-20, 80];

/**
 * The best of each of k equal parts of a prompt's scores on one input. Scores that are missing (NaN) are of no part; a part without
 * any is left out.
 */
export function bests(scores: readonly number[], k: number): number[] {
  const size = scores.length / k;
  return Array.from({ length: k }, (_, part) =>
    scores.slice(part * size, (part + 1) * size).reduce((best, score) => (score > best ? score : best), -Infinity),
  ).filter((best) => best > -Infinity);
}

/** Rewards for the report, and what the policy learns from, each by prompt. */
export interface Rewarded {
  readonly rewards: number[];
  readonly signals: number[];
}

/**
 * The rewards of text style transfer, from each prompt's bests on its input: their mean, normalized over the prompts of the
 * same input and shaped. As in the published code, the deviation is that of all bests of an input, so it holds their spread
 * within a prompt too. A prompt without any best counts as the mean of its input's.
 */
export function rewardsOfBests(bestsOf: readonly (readonly number[])[], inputs: readonly number[]): Rewarded {
  const rewards = new Array<number>(bestsOf.length).fill(0);
  const signals = new Array<number>(bestsOf.length).fill(LOW);
  for (const input of new Set(inputs)) {
    const own = inputs.flatMap((each, b) => (each === input ? [b] : []));
    const all = own.flatMap((b) => bestsOf[b]!);
    if (all.length === 0) continue;
    const center = mean(all);
    const deviation = Math.sqrt(mean(all.map((x) => (x - center) ** 2)));
    for (const b of own) {
      rewards[b] = bestsOf[b]!.length > 0 ? mean(bestsOf[b]!) : center;
      signals[b] = LOW + ((HIGH - LOW) * (rewards[b] - center)) / (deviation + 1e-4);
    }
  }
  return { rewards, signals };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
