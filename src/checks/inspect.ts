import { basename } from 'node:path';
import { firstNamed, INPUT_NAMES, LABEL_NAMES, REFERENCE_NAMES } from '../data/columns';
import { readRows } from '../data/rows';
import { readModel } from '../model/local/modelFolder';
import { namedCandidates, distinct } from '../search/labelWords/candidates';
import { Neighbors } from '../search/labelWords/neighbors';
import { foldLabel } from '../spec/labels';
import { wordsFor } from '../spec/verbalizer';

/** Rows that are read. */
const MOST_ROWS = 5000;
const MOST_LABELS = 64;

/** A class as a data file has it. */
interface FoundLabel {
  /** Its most frequent spelling. */
  readonly label: string;
  readonly count: number;
  /** All spellings, which differ in capitals or spaces. */
  readonly spellings: readonly string[];
}

/** What the first rows of a data file show. */
export interface DatasetOutline {
  readonly columns: readonly string[];
  /** Guesses; undefined where the user must choose. */
  readonly input: string | undefined;
  readonly label: string | undefined;
  /** A column with right outputs, for a task of generated texts. */
  readonly reference: string | undefined;
  readonly rows: number;
  /** The file has more rows than were read. */
  readonly more: boolean;
  /** Distinct values of each column that may be the label (few and short ones; some may be blank), most frequent first. */
  readonly labels: Readonly<Record<string, readonly FoundLabel[]>>;
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
      if (value !== '' && (counts.has(value) || counts.size <= MOST_LABELS)) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  const columns = [...values.keys()];
  const labels = Object.fromEntries(
    columns.flatMap((name) => (mayBeLabel(values.get(name)!) ? [[name, bySpelling(values.get(name)!)]] : [])),
  );
  const only = Object.keys(labels);
  const label = firstNamed(LABEL_NAMES, only) ?? (only.length === 1 ? only[0] : undefined);
  const reference = firstNamed(REFERENCE_NAMES, columns);
  const texts = columns.filter((name) => name !== (only.length === 0 ? reference : label));
  // Without a usual name, the text is the column with by far the longest values.
  const byLength = [...texts].sort((a, b) => lengths.get(b)! - lengths.get(a)!);
  const clear = byLength.length === 1 || (byLength.length > 1 && lengths.get(byLength[0]!)! > 3 * lengths.get(byLength[1]!)!);
  const input = firstNamed(INPUT_NAMES, texts) ?? (clear ? byLength[0] : undefined);
  return { columns, input, label, reference, rows, more, labels, sample: sample ?? {} };
}

/** When a row was written is no class. */
const DATE = /^\d{4}([-/.])\d{1,2}\1\d{1,2}([T ]|$)|^\d{1,2}([-/.])\d{1,2}\3\d{2,4}( |$)/;

function mayBeLabel(counts: ReadonlyMap<string, number>): boolean {
  const rows = [...counts.values()].reduce((a, b) => a + b, 0);
  const classes = new Set([...counts.keys()].map(foldLabel)).size;
  const values = [...counts.keys()];
  const fits = classes >= 2 && counts.size <= MOST_LABELS && classes <= rows / 2 && values.every((value) => value.length <= 40);
  return fits && !values.every((value) => DATE.test(value));
}

/** The classes of a column, most frequent first, each with the spellings of its label. */
function bySpelling(counts: ReadonlyMap<string, number>): FoundLabel[] {
  const classes = new Map<string, { label: string; count: number; spellings: string[] }>();
  for (const [label, count] of [...counts].sort((a, b) => b[1] - a[1])) {
    const found = classes.get(foldLabel(label));
    if (found) {
      found.count += count;
      found.spellings.push(label);
    } else classes.set(foldLabel(label), { label, count, spellings: [label] });
  }
  return [...classes.values()].sort((a, b) => b.count - a.count);
}

export type SuggestedWords = Readonly<Record<string, { readonly word?: string; readonly close: readonly string[] }>>;

const SUGGESTED = 3;

/**
 * For each label the word to score, if the label itself is one token of a bundled model, and other words: of its sense, near it in
 * the model's embedding or, where neither is known, spelled like it.
 */
export async function suggestWords(labels: readonly string[], model: string): Promise<SuggestedWords> {
  const folder = await readModel(model.startsWith('bundled:') ? model : 'bundled:causal', '.');
  const { tokenizer } = folder;
  const ids = tokenizer.wordIds(true);
  const words = ids.map((id) => tokenizer.decode([id]).trim());
  let neighbors: Neighbors | undefined;
  const suggested: Record<string, SuggestedWords[string]> = {};
  for (const label of labels) {
    const word = label.trim().toLowerCase();
    if (!/\p{L}{2}/u.test(word)) {
      suggested[label] = { close: [] };
      continue;
    }
    const encoded = tokenizer.encode(` ${word}`);
    neighbors ??= await Neighbors.open(folder, ids, { threads: 1 });
    const named = distinct(namedCandidates(label, undefined)).map((one) => one.word);
    const near = encoded.length === 1 ? (neighbors?.of(encoded[0]!, SUGGESTED) ?? []).map((id) => words[ids.indexOf(id)]!) : [];
    const close = [...new Set([...named.filter((one) => one !== word && words.includes(one)), ...near])].slice(0, SUGGESTED);
    const others = close.length > 0 ? close : wordsFor(word, words);
    suggested[label] = encoded.length === 1 ? { word, close: others } : { close: others };
  }
  return suggested;
}
