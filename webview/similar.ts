import type { PromptRow } from '../src/run/view/runView';

/**
 * Prompts that the search found and that share half of their tokens, place by place, with a better one of them: by the first
 * of their kind, which is the best. `rows` are best first.
 */
export function similarRows(rows: readonly PromptRow[]): ReadonlyMap<PromptRow, readonly PromptRow[]> {
  const groups = new Map<PromptRow, PromptRow[]>();
  for (const row of rows) {
    if (row.origin !== 'policy') continue;
    const first = [...groups.keys()].find((better) => alike(better, row));
    if (first) groups.get(first)!.push(row);
    else groups.set(row, []);
  }
  return groups;
}

function alike({ pieces: a }: PromptRow, { pieces: b }: PromptRow): boolean {
  const shared = a.filter((piece, i) => piece === b[i]).length;
  return 2 * shared >= Math.max(a.length, b.length, 1);
}
