import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { Margins } from '../../../src/method/margins';
import { rowScore } from '../../../src/method/reward';
import { FilledInScores } from '../../../src/search/memory/filledInScores';
import { RowModel, type Observed } from '../../../src/search/memory/rowModel';

/** Prompts whose contrasts are truly low-rank: factors, loadings of every row about those of its class, little noise. */
function synthetic(K: number, perClass: number, count: number, noise: number) {
  const random = new Random(5);
  const labels = Array.from({ length: K * perClass }, (_, row) => row % K);
  const model = new RowModel(labels, K);
  const { C, q } = model;
  const classMean = Array.from({ length: K * C * (1 + q) }, () => 1.5 * random.normal());
  const theta = labels.map((label) =>
    Array.from({ length: C * (1 + q) }, (_, i) => classMean[label * C * (1 + q) + i]! + 0.5 * random.normal()),
  );
  const truth = Array.from({ length: count }, () => {
    const f = [1, ...Array.from({ length: q }, () => random.normal())];
    return labels.map((_, row) =>
      Array.from({ length: C }, (_, c) => f.reduce((sum, x, j) => sum + x * theta[row]![c * (1 + q) + j]!, 0) + noise * random.normal()),
    );
  });
  const observe = (i: number, rows: readonly number[]): Observed => ({
    rows,
    y: Float64Array.from(rows.flatMap((row) => truth[i]![row]!)),
  });
  const pooled = (i: number): number => {
    const margins = new Margins(K);
    truth[i]!.forEach((y, row) => margins.add(labels[row]!, rowScore(Float32Array.from(K === 2 ? [0, y[0]!] : y), labels[row]!).gap));
    return margins.score();
  };
  return { labels, model, truth, observe, pooled, random };
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (z: readonly number[]): number => z.reduce((a, b) => a + b, 0) / z.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (i: number) => number): number => x.reduce((total, _, i) => total + f(i), 0);
  return sum((i) => (x[i]! - mx) * (y[i]! - my)) / Math.sqrt(sum((i) => (x[i]! - mx) ** 2) * sum((i) => (y[i]! - my) ** 2));
}

describe('row model', () => {
  it('has means of the rows, or of classes that count the same; rows with a gap count by it', () => {
    const labels = [0, 0, 0, 1];
    const scores = new FilledInScores(labels, 2, 1, 1);
    // Logits of class 1 on the rows at factor 1: 2, −2, −2 and 2, so that the first row alone is wrong.
    scores.take(Float64Array.from([1, 1, -1, -1, -1, -1, 1, 1]));
    const right = (gap: number): number => Number(gap > 0);
    const unknown = new Float64Array(4).fill(NaN);
    expect(scores.mean([1], unknown, right)).toBeCloseTo(3 / 4, 12);
    expect(scores.mean([1], unknown, right, 'balanced')).toBeCloseTo((2 / 3 + 1) / 2, 12);
    const known = Float64Array.from([NaN, -0.5, NaN, NaN]);
    expect(scores.mean([1], known, right)).toBeCloseTo(2 / 4, 12);
  });

  it.each([
    { K: 2, perClass: 16, seen: 8 },
    { K: 4, perClass: 8, seen: 16 },
  ])('$K classes: a quarter of the rows or so tells the score on all of them, better than the rows alone do', ({ K, perClass, seen }) => {
    const { labels, model, observe, pooled, random } = synthetic(K, perClass, 120, 0.1);
    const prompts = Array.from({ length: 120 }, (_, i) => {
      const order = labels.map((_, row) => ({ row, key: random.uniform() })).sort((a, b) => a.key - b.key);
      return observe(
        i,
        Array.from({ length: K }, (_, k) =>
          order
            .filter(({ row }) => labels[row] === k)
            .slice(0, seen / K)
            .map(({ row }) => row),
        ).flat(),
      );
    });
    model.fit(prompts);
    const truth = prompts.map((_, i) => pooled(i));
    const filled = prompts.map((prompt) => model.scores.score(model.posterior(model.evidence(prompt)).mean));
    const alone = prompts.map(({ rows, y }) => {
      const { C } = model;
      const margins = new Margins(K);
      rows.forEach((row, r) =>
        margins.add(labels[row]!, rowScore(Float32Array.from(K === 2 ? [0, y[r]!] : y.slice(r * C, (r + 1) * C)), labels[row]!).gap),
      );
      return margins.score();
    });
    const [r, plain] = [correlation(filled, truth), correlation(alone, truth)];
    expect(r).toBeGreaterThan(0.99);
    expect(1 - r).toBeLessThan(0.1 * (1 - plain));
  });

  it('predicts single rows that it has not seen, to about the noise', () => {
    const { labels, model, truth, observe } = synthetic(2, 16, 200, 0.2);
    const prompts = truth.map((_, i) =>
      observe(
        i,
        labels.map((_, row) => row).filter((row) => (row + i) % 3 !== 0),
      ),
    );
    model.fit(prompts, 40);
    let [error, count] = [0, 0];
    const state = model.save();
    prompts.forEach((prompt, i) => {
      const f = [1, ...model.posterior(model.evidence(prompt)).mean];
      for (const row of labels.keys()) {
        if (prompt.rows.includes(row)) continue;
        const y = f.reduce((sum, x, j) => sum + x * state.theta[row * 3 + j]!, 0);
        error += (y - truth[i]![row]![0]!) ** 2;
        count++;
      }
    });
    expect(Math.sqrt(error / count)).toBeLessThan(0.25);
    expect(Math.sqrt(state.noise)).toBeCloseTo(0.2, 1);
  });

  it('has the posterior of a direct solve', () => {
    const { model, observe, truth } = synthetic(2, 4, 30, 0.3);
    const prompts = truth.map((_, i) => observe(i, [0, 1, 2, 3, 4, 5, 6, 7]));
    model.fit(prompts);
    const { theta, noise } = model.save();
    const { mean, covariance } = model.posterior(model.evidence(prompts[0]!));
    // (I + WᵀW/σ²) f = Wᵀ(y − μ)/σ², by Cramer's rule.
    let [a, b, c, u, v] = [1, 0, 1, 0, 0];
    prompts[0]!.rows.forEach((row, r) => {
      const [mu, w, x] = theta.slice(row * 3, row * 3 + 3) as unknown as [number, number, number];
      const rest = (prompts[0]!.y[r]! - mu) / noise;
      [a, b, c, u, v] = [a + (w * w) / noise, b + (w * x) / noise, c + (x * x) / noise, u + w * rest, v + x * rest];
    });
    const determinant = a * c - b * b;
    expect(mean[0]).toBeCloseTo((c * u - b * v) / determinant, 8);
    expect(mean[1]).toBeCloseTo((a * v - b * u) / determinant, 8);
    expect(covariance[0]).toBeCloseTo(c / determinant, 8);
    expect(covariance[1]).toBeCloseTo(-b / determinant, 8);
  });

  it('reads answers without log-probabilities, answers that are no class, and rows that failed', () => {
    const model = new RowModel([0, 1], 2);
    expect(model.contrasts([-Infinity, 0], 0)).toEqual([6]);
    expect(model.contrasts([-Infinity, -Infinity], 0)).toEqual([6]);
    expect(model.contrasts([-Infinity, -Infinity], 1)).toEqual([-6]);
    expect(model.contrasts([Number.NaN, Number.NaN], 1)).toBeUndefined();
    expect(new RowModel([0, 1, 2], 3).contrasts([1, 2, 6], 0)).toEqual([-2, -1, 3]);
  });

  it('goes on from saved numbers as it would have', () => {
    const make = () => synthetic(2, 4, 40, 0.3);
    const [one, two] = [make(), make()];
    const prompts = one.truth.map((_, i) => one.observe(i, [i % 8, (i + 1) % 8, (i + 3) % 8]));
    one.model.fit(prompts.slice(0, 30));
    two.model.restore(structuredClone(one.model.save()));
    for (const { model } of [one, two]) model.fit(prompts);
    expect(two.model.save()).toEqual(one.model.save());
  });
});
