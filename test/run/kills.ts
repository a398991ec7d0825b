import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Random } from '../../src/method/random';
import { start } from './commandLine';

/** Kills a run with SIGKILL as its server gets a request, at random ones, and resumes it until it ends. */
export class Kills {
  /** How often the run was killed. */
  count = 0;
  private readonly random = new Random(11);
  private left = Infinity;
  private kill: (() => void) | undefined;

  /** @param out the run's folder */
  constructor(private readonly out: string) {}

  /** What the server calls for each request. Before the run has its folder there is nothing to resume. */
  readonly heard = (): void => {
    if (this.kill && existsSync(join(this.out, 'task.json')) && --this.left <= 0) this.kill();
  };

  /** @param most kills at most, the next after up to `within` requests. @param more arguments of the first start */
  async run(spec: string, most: number, within: number, ...more: string[]): Promise<void> {
    for (let over = false; !over;) {
      const resume = existsSync(join(this.out, 'task.json'));
      this.left = this.count < most ? 1 + this.random.below(within) : Infinity;
      const run = start('optimize', ...(resume ? ['--resume', this.out] : [spec, '--out', this.out, ...more]), '--threads', '1', '--yes');
      this.kill = () => run.child.kill('SIGKILL');
      const { signal, status, stderr } = await run.finished;
      over = signal === null;
      if (over) expect(status, stderr).toBe(0);
      else this.count++;
    }
    this.kill = undefined;
    expect(existsSync(join(this.out, 'result.json'))).toBe(true);
  }
}
