/** Runs at most `most` tasks at once; the others wait their turn, first come first served. */
export class Limit {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly most: number) {}

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) await new Promise<void>((turn) => this.waiting.push(turn));
    else this.running++;
    try {
      return await task();
    } finally {
      // Who waits takes over this place.
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
