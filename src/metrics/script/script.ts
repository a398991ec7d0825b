/** A script as it was read: these bytes are what the user agrees to, and what runs. */
export interface Script {
  /** As the spec names it. */
  readonly name: string;
  /** Absolute, without links. */
  readonly path: string;
  readonly source: string;
  /** SHA-256 of the source. */
  readonly hash: string;
}

/** Scripts by their names in the spec. */
export type Scripts = ReadonlyMap<string, Script>;

/** SHA-256 of each script. */
export function hashesOf(scripts: Scripts): Record<string, string> {
  return Object.fromEntries([...scripts.values()].map(({ name, hash }) => [name, hash]));
}
