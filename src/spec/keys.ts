/** The beginnings that the API keys of well-known services have, and as much behind them as no name has. */
const KEY = '(sk|hf|gsk|xai|pplx|nvapi|r8)[-_][\\w-]{16,}';
const WHOLE = new RegExp(`^${KEY}$`, 'i');
const WITHIN = new RegExp(`(?<![\\w-])${KEY}`, 'i');

/** Whether a text is what an API key looks like. */
export function looksLikeKey(text: string): boolean {
  return WHOLE.test(text);
}

/** Whether an API key may be somewhere in a text. */
export function mayHoldKey(text: string): boolean {
  return WITHIN.test(text);
}
