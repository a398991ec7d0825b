import type { Random } from '../method/random';
import type { LinearReward } from './memory/rewardModel';
import type { TokenTables } from '../method/tokenTables';

/** What one draw (or the mean) of the reward model says of every prompt: its factors f, and the score of factors. */
export interface Landscape {
  /** Factors before any token, [q]. */
  readonly mean: readonly number[];
  /** What action a at place t adds to factor j: `table[(j * T + t) * A + a]`. */
  readonly table: Float32Array;
  readonly T: number;
  readonly A: number;
  readonly score: (f: Float64Array) => number;
}

/** Tables of several draws in one product. */
export async function landscapes(
  draws: readonly (readonly LinearReward[])[],
  tables: TokenTables,
  T: number,
  score: Landscape['score'],
): Promise<Landscape[]> {
  const each = draws.flat();
  const weights = new Float32Array(each.reduce((size, output) => size + output.weights.length, 0));
  each.forEach((output, c) => weights.set(output.weights, c * output.weights.length));
  const all = await tables.of(weights);
  const size = all.length / draws.length;
  return draws.map((draw, i) => ({
    mean: draw.map((output) => output.mean),
    table: all.subarray(i * size, (i + 1) * size),
    T,
    A: size / (T * draw.length),
    score,
  }));
}

/** Tokens of each place whose score is worked out, of those that a quadratic model of the score likes best. */
const TRIED = 16;
const SWEEPS = 2;
/** Step of the differences that the quadratic model is made of; factors have variance 1. */
const STEP = 0.3;

export function factorsOf({ mean, table, T, A }: Landscape, prompt: readonly number[]): Float64Array {
  const f = Float64Array.from(mean);
  for (let j = 0; j < f.length; j++) for (let t = 0; t < T; t++) f[j]! += table[(j * T + t) * A + prompt[t]!]!;
  return f;
}

/**
 * Coordinate ascent: place by place, in random order, the token that scores best with the others as they are. Each climb sees
 * a random half of the tokens, so that climbs on one landscape end apart. Returns the best prompt met that is not `taken`.
 */
export function climb(landscape: Landscape, start: readonly number[], taken: ReadonlySet<string>, random: Random): number[] | undefined {
  const { T, A, table, score } = landscape;
  const seen = Uint8Array.from({ length: A }, () => Number(random.uniform() < 0.5));
  const prompt = [...start];
  const q = landscape.mean.length;
  const f = factorsOf(landscape, prompt);
  let current = score(f);
  let best: { prompt: number[]; score: number } | undefined;
  const note = (value: number, t: number, a: number): void => {
    if (best && value <= best.score) return;
    const found = prompt.with(t, a);
    if (!taken.has(found.join())) best = { prompt: found, score: value };
  };
  note(current, 0, prompt[0]!);
  const [rest, next, origin] = [new Float64Array(q), new Float64Array(q), new Float64Array(q)];
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = false;
    // One quadratic model serves a sweep: it only says which tokens are worth a look.
    const model = quadratic(score, f);
    origin.set(f);
    for (const t of random.shuffled(T)) {
      for (let j = 0; j < q; j++) rest[j] = f[j]! - table[(j * T + t) * A + prompt[t]!]!;
      for (const a of mostLiked(landscape, t, seen, model, rest, origin)) {
        for (let j = 0; j < q; j++) next[j] = rest[j]! + table[(j * T + t) * A + a]!;
        const value = score(next);
        note(value, t, a);
        if (value > current) {
          [prompt[t], current, moved] = [a, value, true];
          f.set(next);
        }
      }
    }
    if (!moved) break;
  }
  return best?.prompt;
}

/** Gradient [q] and half the Hessian, of which the lower triangle counts, the off-diagonal twice: [q, q]. */
interface Quadratic {
  readonly gradient: Float64Array;
  readonly half: Float64Array;
}

/** score(f + δ) − score(f) to second order, from differences. */
function quadratic(score: Landscape['score'], f: Float64Array): Quadratic {
  const q = f.length;
  const moved = f.slice();
  const at = (j: number, by: number, k = j, also = 0): number => {
    moved.set(f);
    moved[j]! += by;
    moved[k]! += also;
    return score(moved);
  };
  const center = score(f);
  const up = Float64Array.from({ length: q }, (_, j) => at(j, STEP));
  const down = Float64Array.from({ length: q }, (_, j) => at(j, -STEP));
  const gradient = up.map((x, j) => (x - down[j]!) / (2 * STEP));
  const half = new Float64Array(q * q);
  for (let j = 0; j < q; j++) {
    half[j * q + j] = (up[j]! + down[j]! - 2 * center) / STEP ** 2 / 2;
    for (let k = 0; k < j; k++) half[j * q + k] = (at(j, STEP, k, STEP) - up[j]! - up[k]! + center) / STEP ** 2;
  }
  return { gradient, half };
}

/** The seen tokens of place t that a quadratic model of the score about `origin` likes best, best first. */
function mostLiked(
  { table, T, A }: Landscape,
  t: number,
  seen: Uint8Array,
  { gradient, half }: Quadratic,
  rest: Float64Array,
  origin: Float64Array,
): number[] {
  const q = rest.length;
  const step = new Float64Array(q);
  const tokens: number[] = [];
  const valued: number[] = [];
  for (let a = 0; a < A; a++) {
    if (seen[a] === 0) continue;
    let value = 0;
    for (let j = 0; j < q; j++) {
      const own = rest[j]! + table[(j * T + t) * A + a]! - origin[j]!;
      step[j] = own;
      let along = gradient[j]!;
      for (let k = 0; k <= j; k++) along += half[j * q + k]! * step[k]!;
      value += along * own;
    }
    if (tokens.length === TRIED && value <= valued[TRIED - 1]!) continue;
    let at = tokens.length;
    while (at > 0 && valued[at - 1]! < value) at--;
    tokens.splice(at, 0, a);
    valued.splice(at, 0, value);
    if (tokens.length > TRIED) {
      tokens.pop();
      valued.pop();
    }
  }
  return tokens;
}
