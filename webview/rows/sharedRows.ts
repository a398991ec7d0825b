import type { HeldOut } from '../../src/messages/page';

/** The rows of the first run that every other has too, of the same file at the same line with the same text: their place in each run. */
export function sharedRows(runs: readonly { readonly held: Pick<HeldOut, 'file' | 'rows'> }[]): number[][] {
  const places = runs.map(({ held }) => new Map(held.rows.map((row, i) => [`${held.file}\n${row.line}\n${row.text}`, i])));
  return [...(places[0]?.keys() ?? [])].flatMap((key) => {
    const at = places.flatMap((place) => place.get(key) ?? []);
    return at.length === runs.length ? [at] : [];
  });
}
