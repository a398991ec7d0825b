/** The machine may be busy: every timeout is generous, and none is endless. */
export const SHORT = 20_000;
export const LONG = 90_000;

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Polls `probe` until it returns something other than undefined, null or false, and returns that. An error in the probe
 * counts as "not yet"; after `timeout` ms the error names what was awaited and what was seen last.
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} probe
 * @param {{ timeout?: number, every?: number, seen?: () => unknown }} [options]
 * @returns {Promise<NonNullable<Exclude<T, false>>>}
 */
export async function until(what, probe, { timeout = LONG, every = 100, seen } = {}) {
  const end = Date.now() + timeout;
  let last = '';
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false) return /** @type {any} */ (value);
      last = '';
    } catch (error) {
      last = error instanceof Error ? /** @type {string} */ (error.message.split('\n')[0]) : String(error);
    }
    if (Date.now() > end) break;
    await pause(every);
  }
  const more = [last, seen ? `seen last: ${JSON.stringify(await Promise.resolve(seen()).catch(String))}` : ''].filter(Boolean);
  throw new Error(`Waited ${timeout / 1000} s for ${what}${more.length > 0 ? ` (${more.join('; ')})` : ''}`);
}

/**
 * The promise's value, or an error that names what was awaited.
 * @template T
 * @param {string} what
 * @param {Promise<T>} promise
 * @param {number} timeout in ms
 * @returns {Promise<T>}
 */
export async function within(what, promise, timeout) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${timeout / 1000} s for ${what}`)), timeout);
  });
  try {
    return await /** @type {Promise<T>} */ (Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}
