import { ModelError } from '../modelError';

export type HubErrorKind =
  /** The reference is not `hf:OWNER/NAME[@REVISION][#FILE]`, or an option or a variable of the environment is wrong. */
  | 'reference'
  | 'noModel'
  | 'noRevision'
  /** The repository lacks a file that a model needs, or holds several graphs and none is named. */
  | 'files'
  /** The terms of a gated model are not accepted by this account, or there is no token. */
  | 'gated'
  /** The token is missing, expired, or may not read this. */
  | 'token'
  /** Too many requests, or the hub is out of order. */
  | 'busy'
  | 'unreachable'
  /** A connection that broke, went silent or ended early. */
  | 'broken'
  /** An answer that the hub's protocol does not know. */
  | 'answer'
  /** The bytes are not those that the hub lists. */
  | 'corrupt'
  | 'disk'
  /** The network is switched off by HF_HUB_OFFLINE, and the cache lacks the model. */
  | 'offline'
  /** Nobody agreed to the download. */
  | 'consent';

/** A model that cannot be had from the hub; the message says what to do. */
export class HubError extends ModelError {
  /** Whether the same request may succeed a moment later. */
  readonly retryable: boolean;
  /** Seconds that the server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(
    readonly kind: HubErrorKind,
    message: string,
    { retryable = false, retryAfter, cause }: { retryable?: boolean; retryAfter?: number | undefined; cause?: unknown } = {},
  ) {
    super(message);
    this.name = 'HubError';
    this.retryable = retryable;
    this.retryAfter = retryAfter;
    if (cause !== undefined) this.cause = cause;
  }
}
