/** Far more than what is waited for takes on a busy machine. */
const LONG = 120_000;

/** Asks `probe` again and again until it gives something, and resolves to that; else the error names what was missing. */
export async function until<T>(what: string, probe: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + LONG;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw late(what);
    await new Promise((wake) => setTimeout(wake, 5));
  }
}

/** What the promise resolves to; else the error names what was missing. */
export async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late(what)), LONG);
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
  }
}

function late(what: string): Error {
  return new Error(`Waited ${LONG / 1000} s for ${what}.`);
}
