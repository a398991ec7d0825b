import { warning, type Note } from '../wording/note';
import { word, worded } from '../wording/wording';
import { ignoreCase, twinLabels } from '../spec/labels';
import { TaskError, type Problem } from '../spec/problem';
import type { Spec } from '../spec/spec';
import { guessedColumns, type Guessed } from './columns';
import { halves, proportions, quotasOf, shares, testQuotas } from './quotas';
import { readSplit } from './readSplit';
import { checkReferences } from './references';
import type { Example, Sample, SplitName } from './sample';

export type { SplitName } from './sample';

/** Labeled rows of one split; `labels[i]` is the index of row i's class, `lines[i]` its line in the split's file. */
export interface Split {
  readonly texts: readonly string[];
  readonly labels: readonly number[];
  readonly lines: readonly number[];
  /** Right outputs of each row, of a generation task whose data has them. */
  readonly references?: readonly (readonly string[])[];
}

export interface Dataset {
  /** Labels in the order of the spec's `labels`, else sorted; of a generation task, a single empty one. */
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<SplitName, Split>>;
  /** Rows of each class in the training file, before the draw. */
  readonly classCounts: readonly number[];
  /** Columns of the training file that the spec does not name. */
  readonly guessed?: Guessed | undefined;
  /** What the user should know: rows left out, duplicates, splits drawn from train. */
  readonly notes: readonly Note[];
  /** Labels that are probably one class. */
  readonly warnings: readonly Problem[];
}

/** The training file at a glance: "news.csv: 392 rows in 4 classes: Sports 96, World 92, …", and the columns where they were guessed. */
export function describeClasses(
  spec: Spec,
  { classes, classCounts, guessed }: Pick<Dataset, 'classes' | 'classCounts' | 'guessed'>,
): string {
  const file = spec.data.train;
  const counts =
    spec.kind === 'generation'
      ? word('data.rows', { file, rows: classCounts[0]! })
      : word('data.classes', { file, classes, counts: classCounts });
  return guessed ? `${counts}. ${word('data.guessedColumns', guessed)}` : counts;
}

/** Loads the splits that a spec names. @throws TaskError */
export async function loadDataset(spec: Spec): Promise<Dataset> {
  const seed = spec.search.seed;
  const quotas = quotasOf(spec);
  const notes: Note[] = [];
  const drawn = quotas.drawsValidation || quotas.drawsTest;
  // Room for every split that is drawn from the training file.
  const room = quotas.train + (quotas.drawsValidation ? quotas.validation : 0) + (quotas.drawsTest ? quotas.test : 0);
  const { samples: train, columns } = await readSplit(spec, 'train', { perClass: room, seed, notes });
  const classes = spec.labels ? Object.keys(spec.labels) : [...train.keys()].sort();
  if (spec.kind === 'classification') checkClasses(spec, classes, train);

  const classCounts = classes.map((label) => train.get(label)!.seen);
  const drawnRows = classes.map((label) => train.get(label)!.take());
  const ofTest = testQuotas(
    classCounts,
    drawnRows.map(({ length }) => length),
    quotas,
  );
  const further =
    spec.data.validation === undefined
      ? undefined
      : (await readSplit(spec, 'validation', { perClass: quotas.validation, seed, classes, notes })).samples;
  const splits: Record<SplitName, Example[]> = { train: [], validation: [], test: [] };
  for (const [c, label] of classes.entries()) {
    const rows = drawnRows[c]!;
    const ownValidation = further && (further.get(label)?.take() ?? []);
    const parts = drawn ? shares(rows.length, quotas, ofTest[c]!, ownValidation?.length) : { train: rows.length, validation: 0, test: 0 };
    const validation = ownValidation ?? rows.slice(parts.train, parts.train + parts.validation);
    const kept = halves(quotas.pool, Math.min(quotas.train, parts.train), validation.length);
    splits.train.push(...rows.slice(0, kept.train));
    splits.validation.push(...validation.slice(0, kept.validation));
    splits.test.push(...rows.slice(parts.train + parts.validation, parts.train + parts.validation + parts.test));
  }
  noteLeftOut(notes, 'train', train, splits.train.length + splits.test.length + (further ? 0 : splits.validation.length));
  if (further) noteLeftOut(notes, 'validation', further, splits.validation.length);
  else if (quotas.drawsValidation) notes.push(word('data.drawnFromTrain', { split: 'validation', count: splits.validation.length }));
  if (quotas.drawsTest) notes.push(word('data.drawnFromTrain', { split: 'test', count: splits.test.length }));
  else {
    const { samples: found } = await readSplit(spec, 'test', { perClass: quotas.test, seed, classes, notes });
    const total = [...found.values()].reduce((sum, sample) => sum + Math.min(sample.seen, quotas.test), 0);
    const inProportion = proportions(
      classes.map((label) => found.get(label)?.seen ?? 0),
      quotas.test,
    );
    for (const [c, label] of classes.entries()) {
      const rows = found.get(label)?.take() ?? [];
      splits.test.push(...rows.slice(0, total > quotas.test ? inProportion[c] : rows.length));
    }
    noteLeftOut(notes, 'test', found, splits.test.length);
  }
  noteConflicts(notes, splits);
  // A file may repeat another's rows, and a text under two labels can be drawn for two splits.
  const dropped = {
    validation: dropShared(notes, splits, 'validation'),
    test: dropShared(notes, splits, 'test'),
  };
  for (const name of ['validation', 'test'] as const) {
    if (name === 'validation' && !further && !quotas.drawsValidation) continue;
    if (splits[name].length === 0) {
      const own = spec.data[name] !== undefined;
      const earlier = EARLIER[name].filter((other) => splits[other].length > 0);
      const text = worded('data.emptySplit', { split: name, own, dropped: dropped[name], earlier });
      throw new TaskError(spec.problemAt(['data', own ? name : 'train'], text));
    }
    const missing = classes.filter((label) => !splits[name].some((example) => example.label === label));
    if (missing.length > 0) notes.push(warning('data.classMissing', { split: name, classes: missing }));
  }
  const toSplit = (examples: Example[]): Split => {
    const mixed = interleave(classes.map((label) => examples.filter((example) => example.label === label)));
    return {
      texts: mixed.map(({ text }) => text),
      labels: mixed.map(({ label }) => classes.indexOf(label)),
      lines: mixed.map(({ line }) => line),
      ...(mixed.some(({ references = [] }) => references.length > 0) && { references: mixed.map(({ references = [] }) => references) }),
    };
  };
  const mixed = { train: toSplit(splits.train), validation: toSplit(splits.validation), test: toSplit(splits.test) };
  const references = checkReferences(spec, mixed);
  return {
    classes,
    splits: mixed,
    classCounts,
    guessed: guessedColumns(spec, columns),
    notes: [...notes, ...references.notes],
    warnings: [...twinWarnings(spec, classes, classCounts), ...references.warnings],
  };
}

/** One row of each class in turn, so that the first rows of a split represent the whole. */
function interleave(byClass: readonly Example[][]): Example[] {
  const longest = Math.max(...byClass.map((rows) => rows.length));
  return Array.from({ length: longest }, (_, i) => byClass.flatMap((rows) => rows[i] ?? [])).flat();
}

function checkClasses(spec: Spec, classes: readonly string[], train: Map<string, Sample>): void {
  const text = worded('data.classWithoutRow', { file: spec.data.train, labels: [...train.keys()] });
  const problems = classes.filter((label) => !train.has(label)).map((label) => spec.problemAt(['labels', label], text));
  if (problems.length > 0) throw new TaskError(problems);
  if (classes.length < 2)
    throw new TaskError(spec.problemAt(spec.labels ? ['labels'] : ['data', 'train'], worded('data.oneClass', { classes })));
}

function twinWarnings(spec: Spec, classes: readonly string[], counts: readonly number[]): Problem[] {
  const count = (label: string): number => counts[classes.indexOf(label)]!;
  return twinLabels(classes).map((twins) => {
    const labels = twins.sort((a, b) => count(b) - count(a));
    const others = labels.slice(1);
    const fixes = [ignoreCase(labels, spec.labels ? others : [])];
    const text = worded('data.twinLabels', { file: spec.data.train, labels, counts: labels.map(count) });
    return spec.problemAt(spec.labels ? ['labels', others[0]!] : ['data', 'train'], { severity: 'warning', ...text, fixes });
  });
}

function noteLeftOut(notes: Note[], split: SplitName, samples: Map<string, Sample>, used: number): void {
  const sum = (count: (sample: Sample) => number): number => [...samples.values()].reduce((all, sample) => all + count(sample), 0);
  const [seen, repeated] = [sum((sample) => sample.seen), sum((sample) => sample.repeated)];
  if (repeated > 0) notes.push(word('data.duplicates', { split, count: repeated }));
  if (seen - repeated > used) notes.push(word('data.leftOut', { split, count: seen - repeated - used, of: seen }));
}

/** The splits whose texts another one may not have. */
const EARLIER = { validation: ['train'], test: ['train', 'validation'] } as const;

/** Drops the rows of a split whose text is in an earlier split, and counts them. */
function dropShared(notes: Note[], splits: Record<SplitName, Example[]>, split: keyof typeof EARLIER): number {
  const earlier = EARLIER[split];
  const known = new Set(earlier.flatMap((other) => splits[other].map((example) => example.text)));
  const clean = splits[split].filter((example) => !known.has(example.text));
  const count = splits[split].length - clean.length;
  if (count > 0) notes.push(word('data.sameText', { split, count, earlier }));
  splits[split] = clean;
  return count;
}

const CONFLICTS_SHOWN = 3;

/** Notes the texts that a file has under two labels, in whatever splits the draw put them. */
function noteConflicts(notes: Note[], splits: Record<SplitName, Example[]>): void {
  const rows = new Map<string, Example>();
  const found: Note[] = [];
  for (const split of ['train', 'validation', 'test'] as const) {
    for (const example of splits[split]) {
      const { file, line, text, label } = example;
      const other = rows.get(`${file}\n${text}`);
      if (other && other.label !== label) found.push(warning('data.conflict', { split, file, line, otherLine: other.line }));
      rows.set(`${file}\n${text}`, example);
    }
  }
  notes.push(...found.slice(0, CONFLICTS_SHOWN));
  if (found.length > CONFLICTS_SHOWN) notes.push(warning('data.moreConflicts', { count: found.length - CONFLICTS_SHOWN }));
}
