import { createHash } from 'node:crypto';
import { realClock, type Clock } from '../http';

export interface Reply {
  readonly status: number;
  readonly text: string;
  /** It repeats a key, so it is not kept. */
  readonly secret?: boolean;
}

/** What an opening learned, as a run keeps it: replies by a hash of their requests, and how many seconds each measurement took. */
export interface Learned {
  readonly replies: Readonly<Record<string, Reply>>;
  readonly seconds: Readonly<Record<string, number>>;
}

/** A wrong key, an empty account, a busy server: what a later request may not meet. */
const PASSING = new Set([401, 402, 403, 408, 409, 425, 429]);

/**
 * What models elsewhere answered while a run's models were opened: what they can do, and how fast they are. A resumed run opens
 * its models by the same answers, so that it pays for none twice. Requests after the opening do not touch it.
 */
export class Opening {
  private readonly replies: Map<string, Reply>;
  private readonly seconds: Map<string, number>;
  private over = false;
  /** Whether there is something that is not in what it began with. */
  grew = false;

  constructor(learned: Learned = { replies: {}, seconds: {} }) {
    this.replies = new Map(Object.entries(learned.replies));
    this.seconds = new Map(Object.entries(learned.seconds));
  }

  get learned(): Learned {
    return { replies: Object.fromEntries(this.replies), seconds: Object.fromEntries(this.seconds) };
  }

  /** Answers as it did before, if it did, or else asks. */
  async reply<R extends Reply>(request: readonly unknown[], ask: () => Promise<R>): Promise<R | Reply> {
    if (this.over) return ask();
    const key = createHash('sha256').update(JSON.stringify(request)).digest('base64url').slice(0, 22);
    const known = this.replies.get(key);
    if (known) return known;
    const found = await ask();
    if (!PASSING.has(found.status) && !found.secret) {
      this.replies.set(key, { status: found.status, text: found.text });
      this.grew = true;
    }
    return found;
  }

  /** Asks the editor's models likewise. */
  asking<Q>(ask: (request: Q, signal?: AbortSignal) => Promise<string>): typeof ask {
    return async (request, signal) =>
      (await this.reply(['editor', request], async () => ({ status: 200, text: await ask(request, signal) }))).text;
  }

  /** How long a measurement took when it was first made. */
  first(name: string, seconds: number): number {
    const known = this.seconds.get(name);
    if (known !== undefined) return known;
    this.seconds.set(name, seconds);
    this.grew = true;
    return seconds;
  }

  end(): void {
    this.over = true;
  }
}

/** Seconds that some work of an opening takes: as long as it took at first where its answers are known. */
export async function secondsOf(
  { opening, clock = realClock }: { readonly opening?: Opening | undefined; readonly clock?: Clock | undefined },
  identity: readonly unknown[],
  work: () => Promise<unknown>,
): Promise<number> {
  const began = clock.now();
  await work();
  const seconds = Math.max(1e-3, (clock.now() - began) / 1000);
  return opening?.first(JSON.stringify(identity), seconds) ?? seconds;
}
