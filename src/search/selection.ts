import { ScoringError, type Scorer } from '../method/scorer';
import { Margins } from '../method/margins';
import type { PromptIds } from '../model/taskModel';
import type { Prompt, ScoredPrompt, SplitScore } from './prompt';

/** Prompts that end up with scores on every validation row. */
export const FINALISTS = 64;
/** Rounds of successive halving before the last: 512 → 256 → 128 → 64 prompts. */
const ROUNDS = [
  { prompts: 512, share: 1 / 8 },
  { prompts: 256, share: 1 / 4 },
  { prompts: 128, share: 1 / 2 },
  { prompts: FINALISTS, share: 1 },
] as const;

/** Queries that a selection among so many candidates may compute on `rows` validation rows. */
export function selectionCost(rows: number, candidates = Infinity): number {
  let cost = 0;
  let before = 0;
  for (const { prompts, share } of ROUNDS) {
    const upTo = Math.ceil(rows * share);
    cost += Math.min(prompts, candidates) * (upTo - before);
    before = upTo;
  }
  return cost;
}

/** The mean gap over train and validation rows together. */
export function pooledGap(train: { gap: number }, trainRows: number, validation: { gap: number }, validationRows: number): number {
  return (train.gap * trainRows + validation.gap * validationRows) / (trainRows + validationRows);
}

/** Makes prompts from their ids in the task model's tokens. */
type MakePrompt = (ids: PromptIds) => Prompt;

/** Scores given prompts on all train and validation rows. */
export async function scoreAll(
  prompts: readonly PromptIds[],
  train: Scorer,
  validation: Scorer,
  make: MakePrompt,
  signal?: AbortSignal,
): Promise<ScoredPrompt[]> {
  const { asked } = train;
  const onTrain = await train.score(prompts, signal);
  if (validation.size === 0)
    return prompts.map((ids, i) => {
      const score = splitScore(onTrain[i]!);
      return { ...make(ids), gap: score.gap, choice: choiceOf(ids, train, validation), train: score, validation: score };
    });
  const onValidation = await validation.score(prompts, signal).catch((error: unknown) => {
    // Whoever interrupted this asks for the train rows again; their scores are known by then.
    train.asked = asked;
    throw error;
  });
  return prompts.map((ids, i) => ({
    ...make(ids),
    gap: pooledGap(onTrain[i]!, train.size, onValidation[i]!, validation.size),
    choice: choiceOf(ids, train, validation),
    train: splitScore(onTrain[i]!),
    validation: splitScore(onValidation[i]!),
  }));
}

/** What the choice of the winner goes by: the score to expect on new rows, by the margins on train and validation rows together. */
function choiceOf(ids: PromptIds, train: Scorer, validation: Scorer): number {
  const margins = new Margins(train.model.classes);
  train.margins(ids, margins);
  validation.margins(ids, margins);
  return margins.score(train.weights);
}

/**
 * Chooses among the prompts that were scored on all training rows: candidates by their gap there, then successive
 * halving on growing parts of the validation rows, and at last the ranking by the mean gap over train and validation
 * together. Test rows play no part.
 *
 * A prompt whose validation rows all failed so far is judged by its training rows alone, since the failures say nothing
 * about it. A prompt without any validation row at the end is left out. @throws ScoringError when that leaves no prompt
 */
export async function select(train: Scorer, validation: Scorer, make: MakePrompt, signal?: AbortSignal): Promise<ScoredPrompt[]> {
  let alive = train.scored().map(({ ids, score }) => ({
    tokens: ids,
    train: score satisfies SplitScore,
    gap: score.gap,
    seen: undefined as SplitScore | undefined,
  }));
  for (const { prompts, share } of ROUNDS) {
    // A later round keeps the best of the one before, by train and the validation rows seen so far.
    alive = alive.sort(byGap).slice(0, prompts);
    const rows = Math.ceil(validation.size * share);
    const scores = await validation.scoreAny(
      alive.map(({ tokens }) => tokens),
      signal,
      rows,
    );
    alive = alive.map(({ tokens, train: onTrain }, i) => {
      const seen = scores[i];
      return { tokens, train: onTrain, gap: seen ? pooledGap(onTrain, train.size, seen, rows) : onTrain.gap, seen };
    });
  }
  const ranked = alive
    .sort(byGap)
    .flatMap(({ tokens, gap, train: onTrain, seen }) =>
      seen ? [{ ...make(tokens), gap, train: splitScore(onTrain), validation: splitScore(seen) }] : [],
    );
  if (alive.length > 0 && ranked.length === 0) throw new ScoringError('search.noValidationScore', { prompts: alive.length });
  return ranked;
}

/**
 * The best `count` prompts that are not near copies of a better one: sharing half of their tokens, place by place. Where
 * there are not enough of those, the best of the rest fill up. `found` is best first, and so is the result.
 */
export function diverse<P extends Pick<ScoredPrompt, 'tokens' | 'gap'>>(found: readonly P[], count: number): P[] {
  const chosen: P[] = [];
  for (const prompt of found) {
    if (chosen.length === count) break;
    if (!chosen.some((better) => nearCopies(better.tokens ?? [], prompt.tokens ?? []))) chosen.push(prompt);
  }
  const rest = found.filter((prompt) => !chosen.includes(prompt)).slice(0, count - chosen.length);
  return [...chosen, ...rest].sort(byGap);
}

function nearCopies(a: PromptIds, b: PromptIds): boolean {
  const shared = a.filter((id, i) => id === b[i]).length;
  return 2 * shared >= Math.max(a.length, b.length, 1);
}

/** The larger gap first; of equal ones the shorter prompt, then the smaller ids. */
export function byGap(a: Pick<ScoredPrompt, 'tokens' | 'gap'>, b: Pick<ScoredPrompt, 'tokens' | 'gap'>): number {
  return b.gap - a.gap || compareIds(a.tokens ?? [], b.tokens ?? []);
}

/** Best first: by the score to expect on new rows where every prompt has one, else by the gap. */
export function byChoice<P extends Pick<ScoredPrompt, 'tokens' | 'gap' | 'choice'>>(prompts: readonly P[]): P[] {
  const measured = prompts.map((prompt) => ({ prompt, tokens: prompt.tokens ?? [], gap: prompt.choice ?? NaN }));
  if (measured.some(({ gap }) => Number.isNaN(gap))) return [...prompts].sort(byGap);
  return measured.sort(byGap).map(({ prompt }) => prompt);
}

function compareIds(a: PromptIds, b: PromptIds): number {
  return a.length - b.length || a.map((id, i) => id - b[i]!).find((difference) => difference !== 0) || 0;
}

export function splitScore({ reward, gap, accuracy, missing }: SplitScore): SplitScore {
  return { reward, gap, accuracy, ...(missing !== undefined && { missing }) };
}
