import { factorsOf, type Landscape } from './thompson';

/** Of several prompts those that the draws of the reward model like best, one draw after the other; all without one. */
export function screen(
  prompts: readonly (readonly number[] | undefined)[],
  share: number,
  known: ReadonlySet<string>,
  lands: readonly Landscape[],
): (readonly number[])[] {
  const fresh = [...new Map(prompts.flatMap((prompt) => (prompt ? [[prompt.join(), prompt] as const] : []))).values()].filter(
    (prompt) => !known.has(prompt.join()),
  );
  if (lands.length === 0) return fresh;
  const draws = lands.slice(1);
  const scores = draws.map((land) => fresh.map((prompt) => land.score(factorsOf(land, prompt))));
  const chosen = new Set<number>();
  for (let i = 0; i < Math.min(share, fresh.length); i++) {
    const score = scores[i % draws.length]!;
    let best = -1;
    for (let j = 0; j < fresh.length; j++) if (!chosen.has(j) && (best < 0 || score[j]! > score[best]!)) best = j;
    chosen.add(best);
  }
  return [...chosen].map((j) => fresh[j]!);
}
