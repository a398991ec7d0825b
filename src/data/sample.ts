import { createHash } from 'node:crypto';

export type SplitName = 'train' | 'validation' | 'test';

export interface Example {
  readonly text: string;
  /** Empty where rows have no classes. */
  readonly label: string;
  /** Right outputs, where rows have them. */
  readonly references?: readonly string[];
  /** The row's place, for messages. */
  readonly file: string;
  readonly line: number;
}

/**
 * A seeded draw of at most `size` distinct examples from a stream, in memory of `size`.
 *
 * Bottom-k sampling: it keeps the examples with the smallest hashes. The draw depends on the seed and the texts only, not on
 * the order of the rows, and a repeated text is drawn once.
 */
export class Sample {
  private kept = new Map<string, { hash: number; example: Example }>();
  private worst = Infinity;
  /** Rows seen, and rows with a text that was in the draw already. */
  seen = 0;
  repeated = 0;

  constructor(
    private readonly size: number,
    private readonly seed: number,
  ) {}

  add(example: Example): void {
    this.seen++;
    const hash = createHash('sha1').update(`${this.seed}\n${example.text}`).digest().readUIntBE(0, 6);
    if (hash > this.worst) return;
    if (this.kept.has(example.text)) {
      this.repeated++;
      return;
    }
    this.kept.set(example.text, { hash, example });
    // Cut back in bulk, so that a row costs O(log size) on average.
    if (this.kept.size >= 2 * this.size + 16) this.cut();
  }

  private cut(): void {
    const sorted = [...this.kept].sort((a, b) => a[1].hash - b[1].hash).slice(0, this.size);
    this.kept = new Map(sorted);
    if (sorted.length === this.size) this.worst = sorted.at(-1)![1].hash;
  }

  /** The drawn examples, in the order of their hashes (a seeded random order). */
  take(): Example[] {
    this.cut();
    return [...this.kept.values()].map(({ example }) => example);
  }
}
