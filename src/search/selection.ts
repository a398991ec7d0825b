import { ScoringError, type PromptScore, type Scorer } from '../method/scorer';
import type { PromptIds } from '../model/taskModel';

/** A prompt with its scores on the rows that the choice may see. */
export interface Candidate {
  readonly ids: PromptIds;
  readonly train: PromptScore;
  readonly validation: PromptScore;
  /** Mean gap over train and validation rows together: what the ranking goes by. */
  readonly gap: number;
}

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
export function pooledGap(train: PromptScore, trainRows: number, validation: PromptScore, validationRows: number): number {
  return (train.gap * trainRows + validation.gap * validationRows) / (trainRows + validationRows);
}

/**
 * Chooses among the prompts that were scored on all training rows: candidates by their gap there, then successive
 * halving on growing parts of the validation rows, and at last the ranking by the mean gap over train and validation
 * together. Test rows play no part.
 *
 * A prompt whose validation rows all failed so far goes by its training rows alone: that says nothing against it. One that
 * has no validation row at the end is left out. @throws ScoringError when that leaves no prompt
 */
export async function select(train: Scorer, validation: Scorer, signal?: AbortSignal): Promise<Candidate[]> {
  let alive = train.scored().sort((a, b) => b.score.gap - a.score.gap || compareIds(a.ids, b.ids));
  let ranked: Candidate[] = [];
  for (const { prompts, share } of ROUNDS) {
    // A later round keeps the best of the one before, by train and the validation rows seen so far.
    alive = alive.slice(0, prompts);
    const rows = Math.ceil(validation.size * share);
    const scores = await validation.scoreAny(
      alive.map(({ ids }) => ids),
      signal,
      rows,
    );
    const seen = alive
      .map(({ ids, score }, i) => ({ ids, train: score, validation: scores[i], gap: gapSoFar(score, train.size, scores[i], rows) }))
      .sort(byGap);
    ranked = seen.filter((one): one is Candidate => one.validation !== undefined);
    alive = seen.map(({ ids, train: score }) => ({ ids, score }));
  }
  if (alive.length > 0 && ranked.length === 0) throw new ScoringError('search.noValidationScore', { prompts: alive.length });
  return ranked;
}

function gapSoFar(train: PromptScore, trainRows: number, validation: PromptScore | undefined, rows: number): number {
  return validation ? pooledGap(train, trainRows, validation, rows) : train.gap;
}

export function byGap(a: Pick<Candidate, 'ids' | 'gap'>, b: Pick<Candidate, 'ids' | 'gap'>): number {
  return b.gap - a.gap || compareIds(a.ids, b.ids);
}

function compareIds(a: PromptIds, b: PromptIds): number {
  return a.length - b.length || a.map((id, i) => id - b[i]!).find((difference) => difference !== 0) || 0;
}
