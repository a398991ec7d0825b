import { describe, expect, it } from 'vitest';
import { inProcessorTime, isTimeout } from '../../../src/metrics/processorTime';

/** What V8 throws when it ends a script. */
function timeout(): Error {
  return Object.assign(new Error('timed out'), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' });
}

function work(milliseconds: number): void {
  const before = process.cpuUsage();
  for (let spent = 0; spent < 1000 * milliseconds;) {
    const { user, system } = process.cpuUsage(before);
    spent = user + system;
  }
}

describe('a limit of processor time', () => {
  it('tries again, with twice the time, what other programs kept from working', () => {
    const timeouts: number[] = [];
    const done = inProcessorTime(1000, (limit) => {
      timeouts.push(limit);
      if (timeouts.length < 3) throw timeout();
      return 'done';
    });
    expect(done).toBe('done');
    expect(timeouts).toEqual([1000, 2000, 4000]);
  });

  it('ends what has worked that long, at the first try', () => {
    let tries = 0;
    const run = (): never => {
      tries++;
      work(25);
      throw timeout();
    };
    expect(() => inProcessorTime(20, run)).toThrow('timed out');
    expect(tries).toBe(1);
  });

  it('does not try for ever', () => {
    let tries = 0;
    const run = (): never => {
      tries++;
      throw timeout();
    };
    expect(() => inProcessorTime(60_000, run)).toThrow('timed out');
    expect(tries).toBe(7);
  });

  it('passes other errors on', () => {
    const failing = (): never => {
      throw new TypeError('no');
    };
    expect(() => inProcessorTime(20, failing)).toThrow(TypeError);
    expect(isTimeout(new TypeError('no'))).toBe(false);
  });
});
