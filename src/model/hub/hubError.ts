import type { Args, Code } from '../../wording/wording';
import { ModelError } from '../modelError';

interface About {
  /** Whether the same request may succeed a moment later. */
  readonly retryable?: boolean;
  /** Seconds that the server asks to wait. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A model that cannot be had from the hub; the message says what to do, and never shows a token. */
export class HubError<C extends Code = Code> extends ModelError<C> {
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;

  constructor(code: C, args: Args<C>, { retryable = false, retryAfter, cause }: About = {}) {
    super(code, ...args);
    this.retryable = retryable;
    this.retryAfter = retryAfter;
    if (cause !== undefined) this.cause = cause;
  }

  /** The code of the error that this one is about. */
  get origin(): Code {
    return this.cause instanceof HubError ? (this.cause as HubError).origin : this.code;
  }
}
