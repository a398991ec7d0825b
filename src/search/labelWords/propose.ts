import { bounded, classMean, rowScore } from '../../method/reward';
import { chooseWords, type Option, type WordScores } from './choose';

/** Columns of one word for each class, as rows choose them. */
type Chooser = (rows: readonly number[]) => number[];

interface Proposal {
  readonly columns: readonly number[];
  /** Accuracy of words that the other rows chose; null for the label's own words, which no row chose. */
  readonly crossValidated: number | null;
}

const FOLDS = 4;

/**
 * Chooses label words by all rows. Cross-validation says which chooser may do it: the one whose words do best on the rows that
 * did not choose them, by the mean bounded gap. The label's own words stay unless the others are ahead there by more than one
 * standard error, and right at least as often.
 * @param withoutPrompt scores that the cross-validated accuracy is of
 * @param choosers from the one with the fewest candidates to the one with the most, which overfits most
 */
export function proposeWords(
  scores: WordScores,
  choosers: readonly Chooser[],
  own: readonly number[] | undefined,
  withoutPrompt = scores,
): Proposal {
  const { labels } = scores;
  const rows = labels.map((_, row) => row);
  const folds = foldsOf(labels);
  const choosing = choosingRows(labels);
  const tried = choosers.map((choose) => {
    const chosen = choosing.map(choose);
    const held = (by: WordScores): Judged[] => rows.map((row) => judged(by, chosen[folds[row]!]!, row));
    return { choose, held: held(scores), shown: held(withoutPrompt) };
  });
  const value = (each: readonly Judged[]): number =>
    classMean(
      each.map(({ gap }) => bounded(gap)),
      labels,
      'balanced',
    );
  const best = tried.reduce((most, one) => (value(one.held) > value(most.held) ? one : most));
  const crossValidated = share(best.shown);
  if (own) {
    const before = rows.map((row) => judged(scores, own, row));
    if (value(best.held) - value(before) <= standardError(best.held, before) || share(best.held) < share(before))
      return { columns: own, crossValidated: null };
  }
  const columns = best.choose(rows);
  // All rows may choose the label's own words after all.
  return { columns, crossValidated: own?.join() === columns.join() ? null : crossValidated };
}

function share(each: readonly Judged[]): number {
  return each.filter(({ right }) => right).length / each.length;
}

/** Of the mean difference between two sets of words on the same rows. */
function standardError(a: readonly Judged[], b: readonly Judged[]): number {
  const differences = a.map(({ gap }, i) => bounded(gap) - bounded(b[i]!.gap));
  const mean = differences.reduce((sum, x) => sum + x, 0) / differences.length;
  return Math.sqrt(differences.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / differences.length;
}

interface Judged {
  readonly gap: number;
  readonly right: boolean;
}

/** Share of rows that the words answer right. */
export function accuracyOf(scores: WordScores, columns: readonly number[]): number {
  const { labels } = scores;
  return share(labels.map((_, row) => judged(scores, columns, row)));
}

/** The rows that choose in each fold of the cross-validation; the others judge. */
export function choosingRows(labels: readonly number[]): number[][] {
  const folds = foldsOf(labels);
  return Array.from({ length: FOLDS }, (_, fold) => folds.flatMap((own, row) => (own === fold ? [] : [row])));
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
