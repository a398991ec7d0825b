import type { Random } from '../method/random';

/** Hands out class-balanced sets of rows in turn, so that all rows of the pool are asked equally often. */
export class RowTurns {
  /** Rows of each class that are still to come in this turn. */
  private left: number[][];

  constructor(
    private readonly labels: readonly number[],
    private readonly classes: number,
    private readonly perPrompt: number,
    private readonly random: Random,
  ) {
    this.left = Array.from({ length: classes }, () => []);
  }

  next(): number[] {
    const { labels, perPrompt } = this;
    if (perPrompt >= labels.length) return labels.map((_, row) => row);
    const rows: number[] = [];
    this.shares(perPrompt).forEach((wanted, k) => {
      const own = labels.flatMap((label, row) => (label === k ? [row] : []));
      for (let i = 0; i < wanted; i++) {
        const queue = this.left[k]!;
        if (queue.length === 0) queue.push(...this.shuffled(own.filter((row) => !rows.includes(row))));
        rows.push(queue.pop()!);
      }
    });
    return rows.sort((a, b) => a - b);
  }

  /**
   * How many of `count` rows each class gives: the same of each, those that have too few all they have. What does not divide
   * evenly goes to classes by chance.
   */
  private shares(count: number): number[] {
    const size = new Array<number>(this.classes).fill(0);
    for (const label of this.labels) size[label]!++;
    const given = size.map(() => 0);
    for (let left = count; left > 0;) {
      const open = [...size.keys()].filter((k) => given[k]! < size[k]!);
      const each = Math.floor(left / open.length);
      for (const k of each > 0 ? open : this.shuffled(open).slice(0, left)) {
        const more = Math.min(Math.max(each, 1), size[k]! - given[k]!);
        given[k]! += more;
        left -= more;
      }
    }
    return given;
  }

  /** The rows that a prompt has, with others up to `count`, classes in balance. */
  grown(has: readonly number[], count: number): number[] {
    const { labels, classes } = this;
    const rows = [...has];
    for (let k = 0; k < classes; k++) {
      const own = has.filter((row) => labels[row] === k).length;
      const others = this.shuffled(labels.flatMap((label, row) => (label === k && !has.includes(row) ? [row] : [])));
      rows.push(...others.slice(0, Math.max(0, Math.ceil(count / classes) - own)));
    }
    return count >= labels.length ? labels.map((_, row) => row) : rows.slice(0, Math.max(count, has.length));
  }

  private shuffled(rows: readonly number[]): number[] {
    return this.random.shuffled(rows.length).map((i) => rows[i]!);
  }

  save(): readonly (readonly number[])[] {
    return this.left.map((rows) => [...rows]);
  }

  restore(left: readonly (readonly number[])[]): void {
    this.left = left.map((rows) => [...rows]);
  }
}
