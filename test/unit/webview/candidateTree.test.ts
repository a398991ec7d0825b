import { describe, expect, it } from 'vitest';
import type { CandidateSummary } from '../../../src/messages/page';
import { bestOf, lineage, moveBy, treeLines } from '../../../webview/candidates/candidateTree';

const made = (id: number, parents: number[], state: CandidateSummary['state'] = 'kept', estimate?: number): CandidateSummary => ({
  id,
  parents,
  state,
  operator: parents.length === 0 ? 'start' : 'reflect',
  examples: 0,
  queries: 1,
  queriesSoFar: id,
  step: id,
  ...(estimate !== undefined && { validation: { estimate, rows: 10 } }),
});

const ALL = [
  made(0, [], 'kept', 0.5),
  made(1, [0], 'dropped', 0.9),
  made(2, [0], 'kept', 0.7),
  made(3, [0], 'refused'),
  made(4, [2], 'kept', 0.7),
  made(5, [], 'kept'),
  made(6, [5, 2], 'dropped'),
];

const NONE: ReadonlySet<number> = new Set();
const outline = (...[all, shown, closed]: Parameters<typeof treeLines>): string[] =>
  treeLines(all, shown, closed).map(({ candidate: { id }, level, place, places }) => `${id}: level ${level}, ${place} of ${places}`);

describe('the tree of candidates', () => {
  it('has those that are shown under their first shown parents, each level in the order of the ids', () => {
    expect(outline(ALL, 'kept', NONE)).toEqual(['0: level 1, 1 of 2', '2: level 2, 1 of 1', '4: level 3, 1 of 1', '5: level 1, 2 of 2']);
    expect(treeLines(ALL, 'tried', NONE).map(({ candidate: { id } }) => id)).toEqual([0, 1, 2, 4, 5, 6]);
    expect(treeLines(ALL, 'all', NONE).map(({ candidate: { id } }) => id)).toEqual([0, 1, 2, 4, 3, 5, 6]);
  });

  it('hides what is below a closed one', () => {
    expect(outline(ALL, 'kept', new Set([0]))).toEqual(['0: level 1, 1 of 2', '5: level 1, 2 of 2']);
    expect(treeLines(ALL, 'kept', new Set([0])).map(({ open }) => open)).toEqual([false, undefined]);
  });

  it('takes one whose parents are not there for a root, and never goes in circles', () => {
    expect(outline([made(3, [1])], 'kept', NONE)).toEqual(['3: level 1, 1 of 1']);
    expect(outline([made(1, [2]), made(2, [1])], 'kept', NONE)).toEqual(['1: level 1, 1 of 1', '2: level 2, 1 of 1']);
    expect(lineage([made(1, [2]), made(2, [1])], 2)).toEqual(new Set([2, 1]));
  });

  it('has for its best the earliest of the kept ones with the highest estimate', () => {
    expect(bestOf(ALL)?.id).toBe(2);
    expect(bestOf([made(0, [])])).toBeUndefined();
    expect(lineage(ALL, 4)).toEqual(new Set([4, 2, 0]));
  });

  it('is walked by keys', () => {
    const lines = treeLines(ALL, 'kept', NONE);
    const keys = ['ArrowDown', 'ArrowUp', 'ArrowRight', 'ArrowLeft', 'Home', 'End', 'x'];
    expect(keys.map((key) => moveBy(key, lines, 2))).toEqual([
      { to: 4 },
      { to: 0 },
      { to: 4 },
      { toggle: 2 },
      { to: 0 },
      { to: 5 },
      undefined,
    ]);
    expect(keys.slice(0, 4).map((key) => moveBy(key, lines, 5))).toEqual([undefined, { to: 4 }, undefined, undefined]);
    expect(moveBy('ArrowLeft', lines, 4)).toEqual({ to: 2 });
    expect(moveBy('ArrowRight', treeLines(ALL, 'kept', new Set([2])), 2)).toEqual({ toggle: 2 });
    expect(moveBy('ArrowDown', lines, 99)).toBeUndefined();
  });
});
