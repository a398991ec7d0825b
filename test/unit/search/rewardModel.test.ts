import { describe, expect, it } from 'vitest';
import { Cholesky } from '../../../src/search/memory/cholesky';
import { Random } from '../../../src/method/random';
import { PlacedTokens } from '../../../src/search/memory/placedTokens';
import { RewardModel, type Measured } from '../../../src/search/memory/rewardModel';

const [A, d, T] = [30, 6, 3];
const random = new Random(9);
const embedding = Float32Array.from({ length: A * d }, () => 3 + random.normal());
const truth = Float64Array.from({ length: T * d }, (_, i) => (i < 2 * d ? 0.1 : 1) * random.normal());
const prompts = Array.from({ length: 60 }, () => Array.from({ length: T }, () => random.below(A)));

/** Σ_t weights_t · e(z_t). */
function valueOf(model: RewardModel, weights: Float64Array, prompt: readonly number[]): number {
  return weights.reduce((sum, w, i) => sum + w * model.tokens[prompt[Math.floor(i / d)]! * d + (i % d)]!, 0);
}

function measure(model: RewardModel, noise: number): Measured[] {
  const draws = new Random(4);
  return [
    {
      value: Float64Array.from(prompts, (prompt) => 2 + valueOf(model, truth, prompt) + Math.sqrt(noise) * draws.normal()),
      noise: new Float64Array(prompts.length).fill(noise),
    },
  ];
}

/** Gaussian elimination: no code of the project. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    const pivot = rows.slice(i).reduce((best, row, k) => (Math.abs(row[i]!) > Math.abs(rows[best]![i]!) ? i + k : best), i);
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const factor = rows[k]![i]! / rows[i]![i]!;
      for (let j = i; j <= n; j++) rows[k]![j]! -= factor * rows[i]![j]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

/** The posterior mean of the weights in weight space: T·d weights a place, d shared ones, and the mean without a prior. */
function direct(model: RewardModel, { value, noise }: Measured): { mean: number; weights: number[] } {
  const strengths = model.strengths(0);
  const size = T * d + d + 1;
  const features = prompts.map((prompt) => {
    const own = prompt.flatMap((a) => [...model.tokens.subarray(a * d, (a + 1) * d)].map((x) => x / Math.sqrt(d)));
    const shared = Array.from({ length: d }, (_, k) => prompt.reduce((sum, _, t) => sum + own[t * d + k]!, 0) / Math.sqrt(T));
    return [...own, ...shared, 1];
  });
  const precision = Array.from({ length: size }, (_, i) => (i === size - 1 ? 0 : 1 / strengths[Math.min(Math.floor(i / d), T)]!));
  const matrix = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) =>
      features.reduce((sum, x, n) => sum + (x[i]! * x[j]!) / (noise[n]! + strengths[T + 1]!), i === j ? precision[i]! : 0),
    ),
  );
  const right = Array.from({ length: size }, (_, i) =>
    features.reduce((sum, x, n) => sum + (x[i]! * value[n]!) / (noise[n]! + strengths[T + 1]!), 0),
  );
  const solved = solve(matrix, right);
  const weights = Array.from({ length: T * d }, (_, i) => (solved[i]! + solved[T * d + (i % d)]! / Math.sqrt(T)) / Math.sqrt(d));
  return { mean: solved[size - 1]!, weights };
}

describe('Cholesky factor', () => {
  it('solves, and grows row by row', () => {
    const factor = new Cholesky();
    factor.append([4], [2, 5]);
    factor.append([2, 3, 6]);
    const [x] = factor.solve([2, 1, 5]) as [Float64Array];
    const expected = solve(
      [
        [4, 2, 2],
        [2, 5, 3],
        [2, 3, 6],
      ],
      [2, 1, 5],
    );
    expected.forEach((value, i) => expect(x[i]).toBeCloseTo(value, 12));
  });
});

it('a Cholesky factor does not depend on how many rows came at once', () => {
  const rows = Array.from({ length: 11 }, (_, i) => Float64Array.from({ length: i + 1 }, (_, j) => (i === j ? 12 : random.normal())));
  const [together, single] = [new Cholesky(), new Cholesky()];
  together.append(...rows);
  for (const row of rows) single.append(row);
  const right = Array.from({ length: 5 }, () => Float64Array.from({ length: 11 }, () => random.normal()));
  expect(together.solve(...right)).toEqual(right.flatMap((b) => single.solve(b)));
});

describe('tokens of prompts by place', () => {
  const [few, C] = [prompts.slice(0, 9).map((prompt) => prompt.map((a) => a % 5)), 6];
  const placed = new PlacedTokens(few, embedding, d, T);
  const e = (a: number, k: number): number => embedding[a * d + k]!;

  it('give each prompt its sum, and its products with weights', () => {
    const weights = Float64Array.from({ length: C * T * d }, () => random.normal());
    const [sums, values] = [placed.sums(), placed.values(weights)];
    few.forEach((prompt, i) => {
      for (let k = 0; k < d; k++)
        expect(sums[i * d + k]).toBeCloseTo(
          prompt.reduce((sum, a) => sum + e(a, k), 0),
          10,
        );
      for (let c = 0; c < C; c++) {
        let expected = 0;
        prompt.forEach((a, t) => {
          for (let k = 0; k < d; k++) expected += weights[(c * T + t) * d + k]! * e(a, k);
        });
        expect(values[c * few.length + i]).toBeCloseTo(expected, 10);
      }
    });
  });

  it('give the sums of their embeddings by coefficients of the prompts', () => {
    const alphas = Array.from({ length: 2 }, () => Float64Array.from(few, () => random.normal()));
    const spread = placed.spread(alphas);
    alphas.forEach((alpha, c) => {
      for (let t = 0; t < T; t++)
        for (let k = 0; k < d; k++)
          expect(spread[(c * T + t) * d + k]).toBeCloseTo(
            few.reduce((sum, prompt, i) => sum + alpha[i]! * e(prompt[t]!, k), 0),
            10,
          );
    });
  });
});

describe('reward model', () => {
  it('has the posterior mean of a direct solve in weight space', () => {
    const model = new RewardModel(embedding, d, T);
    const measured = measure(model, 0.05);
    model.fit(prompts, measured);
    const expected = direct(model, measured[0]!);
    const [found] = model.mean();
    expect(found!.mean).toBeCloseTo(expected.mean, 6);
    expected.weights.forEach((w, i) => expect(found!.weights[i]).toBeCloseTo(w, 6));
  });

  it('finds which place matters', () => {
    const model = new RewardModel(embedding, d, T);
    model.fit(prompts, measure(model, 0.05));
    const [first, second, last] = model.strengths(0);
    expect(last).toBeGreaterThan(5 * first!);
    expect(last).toBeGreaterThan(5 * second!);
  });

  it('draws have the posterior mean and the spread of its variance', () => {
    const model = new RewardModel(embedding, d, T);
    const measured = measure(model, 0.5);
    model.fit(prompts.slice(0, 20), [{ value: measured[0]!.value.slice(0, 20), noise: measured[0]!.noise.slice(0, 20) }]);
    const short = [{ value: measured[0]!.value.slice(0, 20), noise: measured[0]!.noise.slice(0, 20) }];
    const source = new Random(2);
    const target = [3, 7, 11];
    const [mean] = model.mean();
    const expected = mean!.mean + valueOf(model, mean!.weights, target);
    const drawn = model.draws(1500, short, source).map(([draw]) => draw!.mean + valueOf(model, draw!.weights, target));
    const average = drawn.reduce((a, b) => a + b, 0) / drawn.length;
    const variance = drawn.reduce((a, b) => a + (b - average) ** 2, 0) / drawn.length;
    // k(z, z) − kᵀ M⁻¹ k, by kernels written out here.
    const s = model.strengths(0);
    const e = (a: number, k: number): number => model.tokens[a * d + k]!;
    const kernel = (x: readonly number[], y: readonly number[]): number => {
      let total = 0;
      for (let k = 0; k < d; k++) {
        for (let t = 0; t < T; t++) total += (s[t]! * e(x[t]!, k) * e(y[t]!, k)) / d;
        const [sx, sy] = [x, y].map((z) => z.reduce((sum, a) => sum + e(a, k), 0));
        total += (s[T]! * sx! * sy!) / T / d;
      }
      return total;
    };
    const seen = prompts.slice(0, 20);
    const matrix = seen.map((x, i) => seen.map((y, j) => kernel(x, y) + (i === j ? 0.5 + s[T + 1]! : 0)));
    const k = seen.map((x) => kernel(x, target));
    const exact = kernel(target, target) - solve(matrix, k).reduce((sum, x, i) => sum + x * k[i]!, 0);
    expect(Math.abs(average - expected)).toBeLessThan(4 * Math.sqrt(exact / 1500));
    expect(variance / exact).toBeGreaterThan(0.85);
    expect(variance / exact).toBeLessThan(1.15);
  });

  it('appends prompts to its fit, and goes on from a saved one as it would have', () => {
    const [one, two] = [new RewardModel(embedding, d, T), new RewardModel(embedding, d, T)];
    const [measured] = measure(one, 0.1);
    const upTo = (n: number): Measured[] => [{ value: measured!.value.slice(0, n), noise: measured!.noise.slice(0, n) }];
    one.fit(prompts.slice(0, 40), upTo(40));
    two.restore(structuredClone(one.save()));
    for (const model of [one, two]) model.fit(prompts.slice(0, 50), upTo(50));
    expect(two.mean()).toEqual(one.mean());
    expect(one.size).toBe(50);
  });

  it('fits the same to prompts of which some were left out, whether it has their products already or not', () => {
    const [one, two] = [new RewardModel(embedding, d, T), new RewardModel(embedding, d, T)];
    const measured = measure(one, 0.1);
    const of = (chosen: readonly number[]): [number[][], Measured[]] => [
      chosen.map((i) => prompts[i]!),
      measured.map(({ value, noise }) => ({ value: Float64Array.from(chosen, (i) => value[i]!), noise: noise.slice(0, chosen.length) })),
    ];
    one.fit(...of(Array.from({ length: 50 }, (_, i) => i)));
    const some = [...Array.from({ length: 20 }, (_, i) => 2 * i), ...Array.from({ length: 18 }, (_, i) => 42 + i)];
    one.fit(...of(some));
    two.restore(one.save());
    two.fit(...of(some));
    expect(two.mean()).toEqual(one.mean());
  });

  it('keeps the best and the latest prompts where there are too many', () => {
    expect(RewardModel.chosen(Array.from({ length: 500 }, () => 0))).toBeUndefined();
    const kept = RewardModel.chosen(Array.from({ length: 501 }, (_, i) => (i % 2 === 0 ? 1 : 0)))!;
    expect(kept).toHaveLength(400);
    expect(kept.slice(200)).toEqual(Array.from({ length: 200 }, (_, i) => 301 + i));
    expect(kept.filter((i) => i % 2 === 0).length).toBeGreaterThan(240);
  });
});
