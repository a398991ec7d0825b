import { bounded, classMean, rowScore } from '../../method/reward';
import { chooseWords, type Option, type WordScores } from './choose';

/** Columns of one word for each class, as rows choose them. */
export type Chooser = (rows: readonly number[]) => number[];

export interface Proposal {
  readonly columns: readonly number[];
  /** Accuracy of words that the other rows chose; null for the label's own words, which no row chose. */
  readonly crossValidated: number | null;
}

const FOLDS = 4;

/**
 * Chooses label words by all rows. Cross-validation says which chooser may do it: the one whose words do best on the rows that
 * did not choose them, by the mean bounded gap. Without a gain on the label's own words, those stay.
 * @param choosers from the one with the fewest candidates to the one with the most, which overfits most
 */
export function proposeWords(scores: WordScores, choosers: readonly Chooser[], own: readonly number[] | undefined): Proposal {
  const { labels } = scores;
  const rows = labels.map((_, row) => row);
  const folds = foldsOf(labels);
  const value = (each: readonly Judged[]): number =>
    classMean(
      each.map(({ gap }) => bounded(gap)),
      labels,
      'balanced',
    );
  let best = own && { columns: own, crossValidated: null as number | null };
  let most = own ? value(rows.map((row) => judged(scores, own, row))) : -Infinity;
  for (const choose of choosers) {
    const chosen = Array.from({ length: FOLDS }, (_, fold) => choose(rows.filter((row) => folds[row] !== fold)));
    const held = rows.map((row) => judged(scores, chosen[folds[row]!]!, row));
    if (value(held) <= most) continue;
    most = value(held);
    const columns = choose(rows);
    // All rows may choose the label's own words after all.
    const isOwn = own?.join() === columns.join();
    best = { columns, crossValidated: isOwn ? null : held.filter(({ right }) => right).length / rows.length };
  }
  return best!;
}

interface Judged {
  readonly gap: number;
  readonly right: boolean;
}

/** Share of rows that the words answer right. */
export function accuracyOf(scores: WordScores, columns: readonly number[]): number {
  const { labels } = scores;
  return labels.filter((_, row) => judged(scores, columns, row).right).length / labels.length;
}

/** Rows of each class take turns. */
function foldsOf(labels: readonly number[]): number[] {
  const seen: number[] = [];
  return labels.map((label) => {
    const turn = seen[label] ?? 0;
    seen[label] = turn + 1;
    return turn % FOLDS;
  });
}

function judged({ labels, logits, columns: width }: WordScores, columns: readonly number[], row: number): Judged {
  const own = Float32Array.from(columns, (column) => logits[row * width + column]!);
  const { gap } = rowScore(own, labels[row]!);
  return { gap, right: gap > 0 };
}

/** Turns the options that rows give into a chooser. */
export function chooserOf(scores: WordScores, optionsOf: (rows: readonly number[]) => readonly (readonly Option[])[]): Chooser {
  return (rows) => {
    const options = optionsOf(rows);
    return chooseWords(scores, options, rows).map((i, c) => options[c]![i]!.column);
  };
}
