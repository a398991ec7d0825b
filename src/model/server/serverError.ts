import type { Args, Code } from '../../wording/wording';
import { ModelError } from '../modelError';

/**
 * What went wrong with a model behind a server:
 * - `down`: cannot be reached; `timeout`: no answer in time; `busy`: too many requests; `broken`: the answer makes no sense
 * - `key`: the key was refused; `model`: no such model or address; `quota`: nothing left to spend, here or there
 * - `request`: this text was refused; `blocked`: the model would not answer it
 */
export type Failure = 'down' | 'timeout' | 'busy' | 'broken' | 'key' | 'model' | 'quota' | 'request' | 'blocked';

/** Failures that the same request may not meet again a little later. */
const PASSING: ReadonlySet<Failure> = new Set(['down', 'timeout', 'busy', 'broken']);
/** Failures that every further request would meet. */
const LASTING: ReadonlySet<Failure> = new Set(['down', 'key', 'model', 'quota']);

interface About {
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter?: number | undefined;
  /** The field of the spec that is wrong. */
  readonly field?: readonly string[];
}

/** A request to a model behind a server failed; the message never shows a key. */
export class ServerError<C extends Code = Code> extends ModelError<C> {
  readonly retryAfter: number | undefined;
  readonly field: readonly string[] | undefined;

  constructor(
    readonly failure: Failure,
    code: C,
    args: Args<C>,
    { retryAfter, field }: About = {},
  ) {
    super(code, ...args);
    this.retryAfter = retryAfter;
    this.field = field;
  }

  /** Whether to send the request again. */
  get passing(): boolean {
    return PASSING.has(this.failure);
  }

  /** Whether to give up on all requests, once this one has been retried in vain. */
  get lasting(): boolean {
    return LASTING.has(this.failure);
  }
}
