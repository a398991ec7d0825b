/** Scores of one prompt on one row, from the task model's label-word logits. */
export interface RowScore {
  /** p(y) − max_{c ≠ y} p(c), in [−1, 1]. */
  readonly gap: number;
  readonly predicted: number;
}

/**
 * Softmax over the K verbalizer tokens only, then the probability gap of the right class.
 * On ties the gap is 0 (the reference implementation masks every class of equal probability).
 */
export function rowScore(logits: Float32Array, label: number): RowScore {
  let top = -Infinity;
  let predicted = 0;
  logits.forEach((x, c) => {
    if (x > top) [top, predicted] = [x, c];
  });
  let sum = 0;
  for (const x of logits) sum += Math.exp(x - top);
  const p = (c: number): number => Math.exp(logits[c]! - top) / sum;
  let rival = -Infinity;
  for (let c = 0; c < logits.length; c++) if (c !== label && p(c) > rival) rival = p(c);
  return { gap: p(label) - rival, predicted };
}

/** The paper's piecewise reward of one row: 200 × gap where the answer is right, 180 × gap where it is not. */
export function piecewise(gap: number): number {
  return gap > 0 ? 200 * gap : 180 * gap;
}

/** tanh(3 gap): smooth, and nearly ±1 for most answers. */
export function bounded(gap: number): number {
  return Math.tanh(3 * gap);
}

/** What a row counts for, by its gap. */
export interface Measure {
  readonly reward: (gap: number) => number;
  /** Share of right answers, and the same smooth, so that it tells how far an answer is from turning. */
  readonly right: (gap: number) => number;
  readonly nearlyRight: (gap: number) => number;
}

const OF_ANSWERS: Measure = {
  reward: piecewise,
  right: (gap) => Number(gap > 0),
  nearlyRight: (gap) => (1 + bounded(gap)) / 2,
};

/** Of a generated text, the score in [0, 1] takes the place of the gap. */
const OF_TEXTS: Measure = {
  reward: (score) => 100 * score,
  right: (score) => score,
  nearlyRight: (score) => score,
};

/** @param classes 1 where a row has a score and no class */
export function measureOf(classes: number): Measure {
  return classes === 1 ? OF_TEXTS : OF_ANSWERS;
}

/** Mean over rows; `balanced` weighs the classes equally, whatever their numbers of rows. */
export function classMean(values: ArrayLike<number>, labels: readonly number[], weights: 'balanced' | 'rows'): number {
  if (weights === 'rows') {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i]!;
    return sum / values.length;
  }
  const sums: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const c = labels[i]!;
    sums[c] = (sums[c] ?? 0) + values[i]!;
    counts[c] = (counts[c] ?? 0) + 1;
  }
  const means = Object.keys(sums).map((c) => sums[Number(c)]! / counts[Number(c)]!);
  return means.reduce((a, b) => a + b, 0) / means.length;
}

/**
 * z-score over the prompts of a step: (r − mean) / (std + 1e-4), population std. Equal rewards give 0, not NaN.
 * Without it training tends to collapse.
 */
export function zScore(rewards: readonly number[]): number[] {
  const mean = rewards.reduce((a, b) => a + b, 0) / rewards.length;
  const variance = rewards.reduce((a, r) => a + (r - mean) ** 2, 0) / rewards.length;
  return rewards.map((r) => (r - mean) / (Math.sqrt(variance) + 1e-4));
}

/** The z-score of each reward over those of the same source. @param of the source of each reward */
export function zScoreBySource(rewards: readonly number[], of: readonly unknown[]): number[] {
  const scores = new Array<number>(rewards.length);
  for (const source of new Set(of)) {
    const own = rewards.map((_, b) => b).filter((b) => of[b] === source);
    zScore(own.map((b) => rewards[b]!)).forEach((score, i) => (scores[own[i]!] = score));
  }
  return scores;
}

/** Linear shaping [0, 1] → [0, 5]. */
export function shape(reward: number): number {
  return 5 * reward;
}
