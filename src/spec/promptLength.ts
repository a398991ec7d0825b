/** Tokens of a prompt that the policy makes, at most. */
export const MOST_TOKENS = 16;
