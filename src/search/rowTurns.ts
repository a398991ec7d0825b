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
    const { labels, classes, perPrompt } = this;
    if (perPrompt >= labels.length) return labels.map((_, row) => row);
    const rows: number[] = [];
    for (let k = 0; k < classes; k++) {
      // What does not divide evenly goes to the first classes.
      let wanted = Math.floor(perPrompt / classes) + Number(k < perPrompt % classes);
      const own = labels.flatMap((label, row) => (label === k ? [row] : []));
      wanted = Math.min(wanted, own.length);
      while (wanted > 0) {
        const queue = this.left[k]!;
        if (queue.length === 0) queue.push(...this.shuffled(own.filter((row) => !rows.includes(row))));
        rows.push(queue.pop()!);
        wanted--;
      }
    }
    return rows.sort((a, b) => a - b);
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

  private shuffled(rows: number[]): number[] {
    for (let i = rows.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1);
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
    }
    return rows;
  }

  save(): readonly (readonly number[])[] {
    return this.left.map((rows) => [...rows]);
  }

  restore(left: readonly (readonly number[])[]): void {
    this.left = left.map((rows) => [...rows]);
  }
}
