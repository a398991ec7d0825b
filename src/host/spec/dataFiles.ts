/** Endings of files that hold labeled rows; .json files may, too, but most hold something else. */
export const DATA_ENDINGS = ['csv', 'tsv', 'jsonl', 'ndjson'] as const;

/** Their glob, which heeds capitals. */
export const DATA_FILES = `**/*.{${DATA_ENDINGS.flatMap((ending) => [ending, ending.toUpperCase()]).join(',')}}`;

/** Whether a file has labeled rows by its name, or is a JSON array. */
export function isDataFile(name: string, text: () => string): boolean {
  if (/\.(csv|tsv|jsonl|ndjson)$/i.test(name)) return true;
  return /\.json$/i.test(name) && /^\s*\[\s*\{/.test(text());
}
