import type { PromptScore, Scorer } from '../method/scorer';
import type { PromptIds } from '../model/taskModel';
import { byGap, pooledGap, type Candidate } from '../search/selection';
import type { Experiment } from './experiment';
import type { Example, Origin, PromptResult, TestScore } from './result';
import { macroF1, mcnemar, wilson, type PairedTest } from './report/statistics';

export interface Entry extends Candidate {
  readonly origin: Origin;
}

/** Scores prompts on train and validation rows as candidates of one origin. */
export async function candidates(
  prompts: readonly (readonly number[])[],
  train: Scorer,
  validation: Scorer,
  signal?: AbortSignal,
): Promise<Candidate[]> {
  const onTrain = await train.score(prompts, signal);
  const onValidation = await validation.score(prompts, signal);
  return prompts.map((ids, i) => ({
    ids,
    train: onTrain[i]!,
    validation: onValidation[i]!,
    gap: pooledGap(onTrain[i]!, train.size, onValidation[i]!, validation.size),
  }));
}

/**
 * The best `count` candidates that are not near copies of a better one: sharing half of their tokens, place by place. Where
 * there are not enough of those, the best of the rest fill up. `found` is best first, and so is what comes back.
 */
export function diverse(found: readonly Candidate[], count: number): Candidate[] {
  const chosen: Candidate[] = [];
  for (const candidate of found) {
    if (chosen.length === count) break;
    if (!chosen.some(({ ids }) => nearCopies(ids, candidate.ids))) chosen.push(candidate);
  }
  const rest = found.filter((candidate) => !chosen.includes(candidate)).slice(0, count - chosen.length);
  return [...chosen, ...rest].sort(byGap);
}

function nearCopies(a: PromptIds, b: PromptIds): boolean {
  const shared = a.filter((id, i) => id === b[i]).length;
  return 2 * shared >= Math.max(a.length, b.length, 1);
}

/** Best first, one entry a prompt and origin: what two searches found stands there for both. On a tie whoever comes first. */
export function rank(entries: readonly Entry[]): Entry[] {
  const seen = new Set<string>();
  return [...entries].sort(byGap).filter(({ ids, origin }) => {
    const key = `${origin} ${ids.join()}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** The table of a run, with held-out scores where `test` is given. */
export async function table(
  experiment: Experiment,
  entries: readonly Entry[],
  test: Scorer | undefined,
  signal?: AbortSignal,
): Promise<{ prompts: PromptResult[]; paired: PairedTest }> {
  const held = test
    ? await test.score(
        entries.map(({ ids }) => ids),
        signal,
      )
    : undefined;
  const prompts: PromptResult[] = [];
  for (const [i, entry] of entries.entries()) {
    const perplexity = await experiment.perplexity(entry.ids);
    prompts.push({
      rank: i + 1,
      prompt: experiment.promptText(entry.ids),
      tokens: entry.ids,
      pieces: pieces(experiment, entry.ids),
      origin: entry.origin,
      roundTrip: experiment.roundTrip(entry.ids),
      gap: entry.gap,
      train: split(entry.train),
      validation: split(entry.validation),
      ...(held && { test: testScore(held[i]!, experiment.dataset.splits.test, experiment.dataset.classes.length) }),
      perplexity: Number.isNaN(perplexity) ? null : perplexity,
    });
  }
  const none = entries.findIndex(({ ids }) => ids.length === 0);
  const { labels } = experiment.dataset.splits.test;
  return { prompts, paired: held && none >= 0 ? paired(held[0]!, held[none]!, labels) : mcnemar([], []) };
}

/** Two prompts on the rows that both have a score for. */
export function paired(first: PromptScore, second: PromptScore, labels: readonly number[]): PairedTest {
  const failed = new Set([...(first.failed ?? []), ...(second.failed ?? [])]);
  const right = ({ predicted }: PromptScore): boolean[] => predicted.flatMap((p, row) => (failed.has(row) ? [] : [p === labels[row]]));
  return mcnemar(right(first), right(second));
}

/** A prompt's tokens as text, one by one. */
export function pieces(experiment: Experiment, ids: PromptIds): string[] {
  return ids.map((id) => experiment.taskFolder.tokenizer.decodeBehind([id]));
}

export function split({ reward, gap, accuracy }: PromptScore): { reward: number; gap: number; accuracy: number } {
  return { reward, gap, accuracy };
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
