import { ModelError } from '../modelError';

/**
 * What went wrong between us and a model behind a server:
 * - `down`: nobody answers there; `timeout`: no answer in time; `busy`: too many requests; `broken`: an answer that is no answer
 * - `key`: the key was refused; `model`: no such model or address; `quota`: nothing left to spend, here or there
 * - `request`: this one text was refused; `blocked`: the model would not answer it
 */
export type Failure = 'down' | 'timeout' | 'busy' | 'broken' | 'key' | 'model' | 'quota' | 'request' | 'blocked';

/** Failures that the same request may not meet again a little later. */
const PASSING: ReadonlySet<Failure> = new Set(['down', 'timeout', 'busy', 'broken']);
/** Failures that every further request would meet. */
const LASTING: ReadonlySet<Failure> = new Set(['down', 'key', 'model', 'quota']);

/** A request to a model behind a server failed; the message names the server, never a key, and says what to do. */
export class ServerError extends ModelError {
  constructor(
    readonly failure: Failure,
    message: string,
    about: { readonly retryAfter?: number | undefined; readonly field?: readonly string[] } = {},
  ) {
    super(message);
    this.name = 'ServerError';
    this.retryAfter = about.retryAfter;
    this.field = about.field;
  }

  /** Milliseconds that the server asked to wait. */
  readonly retryAfter: number | undefined;
  /** The field of the spec that is wrong, when one is. */
  readonly field: readonly string[] | undefined;

  /** Whether it is worth asking again. */
  get passing(): boolean {
    return PASSING.has(this.failure);
  }

  /** Whether it is no use to ask for anything else either; said of a request that was sent again as often as it may be. */
  get lasting(): boolean {
    return LASTING.has(this.failure);
  }
}
