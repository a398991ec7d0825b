import type { CandidateSummary } from '../../src/messages/page';

/** Candidates that the tree shows: those that may become parents, also those that were tried, or every proposal. */
export type Shown = 'kept' | 'tried' | 'all';

/** A line of the tree. */
export interface TreeLine {
  readonly candidate: CandidateSummary;
  /** The line's parent in the tree. */
  readonly parent: number | undefined;
  /** From 1. */
  readonly level: number;
  /** Its place among the children of its parent, from 1, and how many there are. */
  readonly place: number;
  readonly places: number;
  /** Absent where it has no children. */
  readonly open?: boolean;
}

export function isShown({ state }: CandidateSummary, shown: Shown): boolean {
  return state === 'kept' || (state === 'dropped' && shown !== 'kept') || shown === 'all';
}

/** The lines of the tree from top to bottom, without what is below a closed one. */
export function treeLines(all: readonly CandidateSummary[], shown: Shown, closed: ReadonlySet<number>): TreeLine[] {
  const visible = all.filter((candidate) => isShown(candidate, shown));
  const ids = new Set(visible.map(({ id }) => id));
  const children = new Map<number | undefined, CandidateSummary[]>();
  for (const candidate of visible) {
    // A parent comes before its children.
    const parent = candidate.parents.find((id) => ids.has(id) && id < candidate.id);
    children.set(parent, [...(children.get(parent) ?? []), candidate]);
  }
  const lines: TreeLine[] = [];
  const add = (parent: number | undefined, level: number): void => {
    const siblings = children.get(parent) ?? [];
    siblings.forEach((candidate, i) => {
      const open = children.has(candidate.id) ? !closed.has(candidate.id) : undefined;
      lines.push({ candidate, parent, level, place: i + 1, places: siblings.length, ...(open !== undefined && { open }) });
      if (open) add(candidate.id, level + 1);
    });
  };
  add(undefined, 1);
  return lines;
}

/** What a key does in the tree: moves to a line, or opens or closes the present one. */
type Move = { readonly to: number } | { readonly toggle: number } | undefined;

/** The keys of a tree (ARIA Authoring Practices, tree view). */
export function moveBy(key: string, lines: readonly TreeLine[], at: number): Move {
  const i = lines.findIndex(({ candidate }) => candidate.id === at);
  const line = lines[i];
  const to = (other: TreeLine | undefined): Move => other && { to: other.candidate.id };
  if (!line) return undefined;
  switch (key) {
    case 'ArrowDown':
      return to(lines[i + 1]);
    case 'ArrowUp':
      return to(lines[i - 1]);
    case 'Home':
      return to(lines[0]);
    case 'End':
      return to(lines.at(-1));
    case 'ArrowRight':
      return line.open === undefined ? undefined : line.open ? to(lines[i + 1]) : { toggle: at };
    case 'ArrowLeft':
      return line.open ? { toggle: at } : line.parent === undefined ? undefined : { to: line.parent };
  }
  return undefined;
}

/** The best of those that were kept, by their estimates on validation rows; undefined where none has one. */
export function bestOf(all: readonly CandidateSummary[]): CandidateSummary | undefined {
  return all
    .filter(({ state, validation }) => state === 'kept' && validation)
    .reduce<CandidateSummary | undefined>(
      (best, one) => (best && best.validation!.estimate >= one.validation!.estimate ? best : one),
      undefined,
    );
}

/** A candidate's ancestors by their first parents, itself included. */
export function lineage(all: readonly CandidateSummary[], id: number | undefined): ReadonlySet<number> {
  const found = new Set<number>();
  for (let at = id; at !== undefined && !found.has(at); at = all.find((one) => one.id === at)?.parents[0]) found.add(at);
  return found;
}
