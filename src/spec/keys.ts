/** How API keys of well-known services begin, followed by more characters than any name has. */
const KEY = '(sk|hf|gsk|xai|pplx|nvapi|r8)[-_][\\w-]{16,}';
const WHOLE = new RegExp(`^${KEY}$`, 'i');
const WITHIN = new RegExp(`(?<![\\w-])${KEY}`, 'i');

/** Whether a text looks like an API key. */
export function looksLikeKey(text: string): boolean {
  return WHOLE.test(text);
}

/** Whether a text may contain an API key. */
export function mayHoldKey(text: string): boolean {
  return WITHIN.test(text);
}
