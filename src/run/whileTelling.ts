/** Milliseconds between two reports of a stage's progress. */
const TELL_EVERY = 250;

/** Does work, and says a few times a second how far it is. */
export async function whileTelling<T>(tell: () => void, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(tell, TELL_EVERY);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
