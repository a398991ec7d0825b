/** Holds a run between two steps. */
export class Pause {
  private held: { promise: Promise<void>; release: () => void } | undefined;

  begin(): void {
    if (this.held) return;
    let release = (): void => undefined;
    const promise = new Promise<void>((resolve) => (release = resolve));
    this.held = { promise, release };
  }

  end(): void {
    this.held?.release();
    this.held = undefined;
  }

  /** What to wait for; undefined while the run may go on. */
  wait(): Promise<void> | undefined {
    return this.held?.promise;
  }
}
