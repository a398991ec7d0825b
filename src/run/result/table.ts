import type { PromptScore, Scorer } from '../../method/scorer';
import type { ScoredPrompt } from '../../search/prompt';
import { byChoice } from '../../search/selection';
import { estimateOf } from './estimate';
import type { Experiment } from '../open/experiment';
import { macroF1, mcnemar, pairedScores, wilson, type PairedTest } from '../report/statistics';
import { isBaseline, type Example, type Origin, type PromptResult, type TestScore } from './result';
import { hashOfRows, type KeptTexts, type PromptTexts } from '../store/texts';
import { textScore } from './textScore';

/** What found a prompt, or who gave it. */
export type Entry = ScoredPrompt & { readonly origin: Origin };

export function withOrigin(origin: Origin, prompts: readonly ScoredPrompt[]): Entry[] {
  return prompts.map((prompt) => ({ ...prompt, origin }));
}

/** Best first, a prompt once for each origin: what two searches found is there for both. On a tie whoever comes first. */
export function rank(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  return byChoice(entries).filter(({ tokens, origin }) => {
    const key = `${origin} ${tokens?.join()}`;
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * Those of the ranked prompts that the verdict is about: the winner, no prompt, the best baseline or, where the winner is one,
 * the best prompt found, and the best of each search. Where a search improves the user's own prompt, that one too.
 */
export function decisive(entries: readonly Entry[]): Entry[] {
  const [winner] = entries;
  const rival = entries.find((entry) => isBaseline(entry) !== isBaseline(winner!));
  const first = (origin: Origin): Entry | undefined => entries.find((entry) => entry.origin === origin);
  const searches = entries.filter((entry) => !isBaseline(entry) && first(entry.origin) === entry);
  return [...new Set([winner, rival, first('none'), ...searches, first('reflect') && first('manual')])].filter(
    (entry) => entry !== undefined,
  );
}

export interface Table {
  readonly prompts: PromptResult[];
  readonly pairedTest: PairedTest;
  /** Of a generation task: what the prompts wrote for the test rows. */
  readonly texts?: KeptTexts;
}

/**
 * The ranked prompts with the winner against no prompt; those in `tested` get held-out scores, the winner among them. Elsewhere
 * than here, each such score is paid for.
 */
export async function table(
  experiment: Experiment,
  entries: readonly Entry[],
  test: Scorer,
  signal?: AbortSignal,
  tested: readonly Entry[] = entries,
): Promise<Table> {
  const { dataset } = experiment;
  const scores = await test.score(
    tested.map(({ tokens = [] }) => tokens),
    signal,
  );
  const held = new Map(tested.map((entry, i) => [entry, scores[i]!]));
  const winner = held.get(entries[0]!)!;
  const prompts: PromptResult[] = [];
  const texts: PromptTexts[] = [];
  const pool = { train: dataset.splits.train.labels.length, validation: dataset.splits.validation.labels.length };
  for (const [i, entry] of entries.entries()) {
    const { prompt, tokens = [], pieces, origin, form, gap, choice, train, validation } = entry;
    const perplexity = await experiment.perplexity(tokens);
    const own = held.get(entry);
    const written = own && experiment.texts && (await textScore(own, experiment.texts, tokens, test.rows.set, dataset.splits.test, signal));
    if (written) texts.push(written.texts);
    prompts.push({
      rank: i + 1,
      prompt,
      tokens,
      pieces,
      origin,
      ...(form && { form }),
      roundTrip: experiment.roundTrip(tokens),
      gap,
      ...(choice !== undefined && { choice }),
      estimate: estimateOf(entry, pool),
      train,
      validation,
      ...(own && { test: written?.test ?? testScore(own, dataset.splits.test, dataset.classes.length) }),
      perplexity: Number.isNaN(perplexity) ? null : perplexity,
      ...(own && i > 0 && { versusWinner: paired(winner, own, dataset.splits.test.labels) }),
    });
  }
  const none = prompts.find(({ origin }) => origin === 'none');
  return {
    prompts,
    pairedTest: none?.versusWinner ?? mcnemar([], []),
    ...(experiment.texts && {
      texts: {
        format: 1,
        rows: hashOfRows(dataset.splits.test),
        metrics: experiment.texts.metrics.map(({ name }) => name),
        prompts: texts,
      },
    }),
  };
}

/** Two prompts on the rows that both have a score for. */
export function paired(first: PromptScore, second: PromptScore, labels: readonly number[]): PairedTest & { rows: number } {
  const failed = new Set([...(first.failed ?? []), ...(second.failed ?? [])]);
  if (first.scores && second.scores) {
    const there = ({ scores }: PromptScore): number[] => scores!.filter((_, row) => !failed.has(row));
    return { ...pairedScores(there(first), there(second)), rows: labels.length - failed.size };
  }
  const right = ({ predicted }: PromptScore): boolean[] => predicted.flatMap((p, row) => (failed.has(row) ? [] : [p === labels[row]]));
  return { ...mcnemar(right(first), right(second)), rows: labels.length - failed.size };
}

/** Held-out scores over the rows that have one. */
export function testScore(score: PromptScore, split: { texts: readonly string[]; labels: readonly number[] }, classes: number): TestScore {
  const failed = new Set(score.failed);
  const rows = split.labels.flatMap((_, i) => (failed.has(i) ? [] : [i]));
  const [texts, labels] = [rows.map((i) => split.texts[i]!), rows.map((i) => split.labels[i]!)];
  const predicted = rows.map((i) => score.predicted[i]!);
  const n = rows.length;
  const confusion = Array.from({ length: classes }, (_, c) =>
    Array.from({ length: classes }, (_, p) => labels.filter((l, i) => l === c && predicted[i] === p).length),
  );
  return {
    accuracy: score.accuracy,
    interval: wilson(Math.round(score.accuracy * n), n),
    n,
    macroF1: macroF1(predicted, labels, classes),
    gap: score.gap,
    confusion,
    examples: examples(predicted, texts, labels),
  };
}

/** Of each kind, wrong and right. */
const EXAMPLES = 4;
const EXAMPLE_LENGTH = 300;

/** Rows to look at, spread over the split, so that they are the same for every prompt that answers them alike. */
function examples(predicted: readonly number[], texts: readonly string[], labels: readonly number[]): Example[] {
  const some = (right: boolean): number[] => {
    const rows = labels.flatMap((label, i) => ((predicted[i] === label) === right ? [i] : []));
    const count = Math.min(EXAMPLES, rows.length);
    return Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]!);
  };
  return [...some(false), ...some(true)].map((i) => {
    const text = Array.from(texts[i]!);
    return {
      text: text.length > EXAMPLE_LENGTH ? `${text.slice(0, EXAMPLE_LENGTH - 1).join('')}…` : texts[i]!,
      label: labels[i]!,
      predicted: predicted[i]!,
    };
  });
}
