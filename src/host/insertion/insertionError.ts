/** Why a prompt cannot be put where a person wants it, in words for them. */
export class InsertionError extends Error {
  override readonly name = 'InsertionError';
}
