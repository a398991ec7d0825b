import { basename } from 'node:path';
import { firstNamed, INPUT_NAMES, LABEL_NAMES } from '../data/columns';
import { readRows } from '../data/rows';
import { bundledTokens } from '../model/local/bundledTokens';
import { closeWords } from '../spec/verbalizer';

/** Rows that are read. */
const MOST_ROWS = 5000;
const MOST_LABELS = 64;

/** What the first rows of a data file show. */
export interface DatasetOutline {
  readonly columns: readonly string[];
  /** Guesses; undefined where the user must choose. */
  readonly input: string | undefined;
  readonly label: string | undefined;
  readonly rows: number;
  /** The file has more rows than were read. */
  readonly more: boolean;
  /** Distinct values of each column that may be the label (few and short ones), most frequent first. */
  readonly labels: Readonly<Record<string, readonly { readonly label: string; readonly count: number }[]>>;
  /** Text of the first row by column, shortened. */
  readonly sample: Readonly<Record<string, string>>;
}

/** @throws TaskError when the file cannot be read as rows */
export async function inspectDataset(file: string): Promise<DatasetOutline> {
  const values = new Map<string, Map<string, number>>();
  const lengths = new Map<string, number>();
  let sample: Record<string, string> | undefined;
  let rows = 0;
  let more = false;
  for await (const { fields } of readRows(file, basename(file))) {
    if (rows === MOST_ROWS) {
      more = true;
      break;
    }
    rows++;
    sample ??= Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, text.slice(0, 120)]));
    for (const [name, text] of Object.entries(fields)) {
      lengths.set(name, (lengths.get(name) ?? 0) + text.length);
      const counts = values.get(name) ?? new Map<string, number>();
      values.set(name, counts);
      const value = text.trim();
      // One value too many is enough to tell that this is not a label.
      if (counts.has(value) || counts.size <= MOST_LABELS) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  const columns = [...values.keys()];
  const labels = Object.fromEntries(
    columns
      .filter((name) => mayBeLabel(values.get(name)!, rows))
      .map((name) => [name, [...values.get(name)!].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count)]),
  );
  const only = Object.keys(labels);
  const label = firstNamed(LABEL_NAMES, only) ?? (only.length === 1 ? only[0] : undefined);
  const texts = columns.filter((name) => name !== label);
  // Without a usual name, the text is the column with by far the longest values.
  const byLength = [...texts].sort((a, b) => lengths.get(b)! - lengths.get(a)!);
  const clear = byLength.length === 1 || (byLength.length > 1 && lengths.get(byLength[0]!)! > 3 * lengths.get(byLength[1]!)!);
  const input = firstNamed(INPUT_NAMES, texts) ?? (clear ? byLength[0] : undefined);
  return { columns, input, label, rows, more, labels, sample: sample ?? {} };
}

function mayBeLabel(counts: ReadonlyMap<string, number>, rows: number): boolean {
  const values = [...counts.keys()];
  return values.length >= 2 && values.length <= MOST_LABELS && values.length <= rows / 2 && values.every((v) => v !== '' && v.length <= 40);
}

export type SuggestedWords = Readonly<Record<string, { readonly word?: string; readonly close: readonly string[] }>>;

/** For each label the word to score, if the label itself is one token of a bundled model, and tokens close to it. */
export async function suggestWords(labels: readonly string[], model: string): Promise<SuggestedWords> {
  const { tokenizer } = await bundledTokens(model.startsWith('bundled:') ? model : 'bundled:causal');
  const words = tokenizer.words(true);
  return Object.fromEntries(
    labels.map((label) => {
      const word = label.trim().toLowerCase();
      if (!/\p{L}{2}/u.test(word)) return [label, { close: [] }];
      const close = closeWords(word, words);
      return [label, tokenizer.encode(` ${word}`).length === 1 ? { word, close } : { close }];
    }),
  );
}
