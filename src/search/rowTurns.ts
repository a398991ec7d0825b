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

  private shuffled(rows: number[]): number[] {
    for (let i = rows.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1);
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
    }
    return rows;
  }

  save(): readonly (readonly number[])[] {
    return this.left;
  }

  restore(left: readonly (readonly number[])[]): void {
    this.left = left.map((rows) => [...rows]);
  }
}
