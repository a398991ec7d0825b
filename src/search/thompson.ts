import type { Random } from '../method/random';
import type { LinearReward } from '../method/rewardModel';
import type { TokenTables } from '../method/tokenTables';

/** What one draw (or the mean) of the reward model says of every prompt: its factors f, and the score of factors. */
export interface Landscape {
  /** Factors before any token, [q]. */
  readonly mean: readonly number[];
  /** What action a at place t adds to factor j: `table[(j * T + t) * A + a]`. */
  readonly table: Float32Array;
  readonly T: number;
  readonly A: number;
  readonly score: (f: ArrayLike<number>) => number;
}

/** Tables of several draws in one product. */
export async function landscapes(
  draws: readonly (readonly LinearReward[])[],
  tables: TokenTables,
  T: number,
  score: Landscape['score'],
): Promise<Landscape[]> {
  const weights = Float32Array.from(draws.flatMap((draw) => draw.flatMap((output) => [...output.weights])));
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
  return Float64Array.from(mean, (m, j) => prompt.reduce((sum, a, t) => sum + table[(j * T + t) * A + a]!, m));
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
  let f = factorsOf(landscape, prompt);
  let current = score(f);
  let best: { prompt: number[]; score: number } | undefined;
  const note = (value: number, t: number, a: number): void => {
    if (best && value <= best.score) return;
    const found = prompt.with(t, a);
    if (!taken.has(found.join())) best = { prompt: found, score: value };
  };
  note(current, 0, prompt[0]!);
  const step = new Float64Array(q);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = false;
    // One quadratic model serves a sweep: it only says which tokens are worth a look.
    const model = quadratic(score, f);
    const origin = f;
    for (const t of shuffled(T, random)) {
      const rest = f.map((x, j) => x - table[(j * T + t) * A + prompt[t]!]!);
      const ranked = mostLiked(seen, (a) => {
        for (let j = 0; j < q; j++) step[j] = rest[j]! + table[(j * T + t) * A + a]! - origin[j]!;
        return model(step);
      });
      for (const a of ranked) {
        const next = rest.map((x, j) => x + table[(j * T + t) * A + a]!);
        const value = score(next);
        note(value, t, a);
        if (value > current) [prompt[t], f, current, moved] = [a, next, value, true];
      }
    }
    if (!moved) break;
  }
  return best?.prompt;
}

/** score(f + δ) − score(f) to second order, from differences. */
function quadratic(score: Landscape['score'], f: Float64Array): (step: Float64Array) => number {
  const q = f.length;
  const at = (...moves: readonly (readonly [number, number])[]): number => {
    const moved = f.slice();
    for (const [j, by] of moves) moved[j]! += by;
    return score(moved);
  };
  const center = at();
  const up = Array.from({ length: q }, (_, j) => at([j, STEP]));
  const down = Array.from({ length: q }, (_, j) => at([j, -STEP]));
  const gradient = up.map((x, j) => (x - down[j]!) / (2 * STEP));
  const hessian = new Float64Array(q * q);
  for (let j = 0; j < q; j++) {
    hessian[j * q + j] = (up[j]! + down[j]! - 2 * center) / STEP ** 2;
    for (let k = 0; k < j; k++) {
      const mixed = (at([j, STEP], [k, STEP]) - up[j]! - up[k]! + center) / STEP ** 2;
      hessian[j * q + k] = hessian[k * q + j] = mixed;
    }
  }
  return (step) => {
    let value = 0;
    for (let j = 0; j < q; j++) {
      let along = gradient[j]!;
      for (let k = 0; k < q; k++) along += (hessian[j * q + k]! / 2) * step[k]!;
      value += along * step[j]!;
    }
    return value;
  };
}

/** The seen tokens of largest value, best first. */
function mostLiked(seen: Uint8Array, valueOf: (a: number) => number): number[] {
  const tokens: number[] = [];
  const valued: number[] = [];
  for (let a = 0; a < seen.length; a++) {
    if (seen[a] === 0) continue;
    const value = valueOf(a);
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

function shuffled(n: number, random: Random): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
