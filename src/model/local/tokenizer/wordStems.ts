/** Added to both ranks: counts fall more slowly than 1/rank at the head of a merge list. */
const OFFSET = 50;
/** A token that is a word by itself less often than this is a mere stem. */
const ALONE = 0.3;

/**
 * Tokens of a byte-pair vocabulary that are seldom words by themselves, such as `Ġremem` on the way to `Ġremember`.
 *
 * A merge list is ordered by how often each pair occurred, about as 1/rank (Zipf), so the merges that lengthen a token
 * tell what share of its occurrences they took.
 *
 * @param merges pairs in the order they were learned
 */
export function wordStems(merges: readonly (readonly [string, string])[]): ReadonlySet<string> {
  const rank = new Map(merges.map(([a, b], i) => [a + b, i]));
  const taken = new Map<string, number>();
  merges.forEach(([a], i) => {
    const made = rank.get(a);
    if (made !== undefined) taken.set(a, (taken.get(a) ?? 0) + (made + OFFSET) / (i + OFFSET));
  });
  return new Set([...taken].filter(([, share]) => 1 - share < ALONE).map(([token]) => token));
}
