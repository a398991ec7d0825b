/** The time that a run takes, over all its processes, without pauses. */
export class RunClock {
  private readonly began = performance.now();
  private millisecondsPaused = 0;

  /** @param before seconds of earlier processes */
  constructor(private readonly before = 0) {}

  get seconds(): number {
    return Math.round(this.before * 1000 + (performance.now() - this.began - this.millisecondsPaused)) / 1000;
  }

  async pausedFor(pause: Promise<void>): Promise<void> {
    const began = performance.now();
    await pause;
    this.millisecondsPaused += performance.now() - began;
  }
}
