/** The longest time by the clock, as a multiple of the limit. */
const LONGEST = 64;

/**
 * Does something that V8 ends after so many milliseconds by the clock. Where it had less processor time than that, since other
 * programs had the rest, it tries again with twice the time: a score must not depend on how busy the machine is.
 * @throws what `run` throws; ERR_SCRIPT_EXECUTION_TIMEOUT past the limit
 */
export function inProcessorTime<T>(limit: number, run: (timeout: number) => T): T {
  for (let timeout = limit; ; timeout *= 2) {
    const before = process.cpuUsage();
    try {
      return run(timeout);
    } catch (error) {
      const { user, system } = process.cpuUsage(before);
      if (!isTimeout(error) || user + system >= 1000 * limit || timeout >= LONGEST * limit) throw error;
    }
  }
}

export function isTimeout(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
