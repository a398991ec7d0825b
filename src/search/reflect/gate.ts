import { duel } from '../race';
import { probabilityPositive } from '../studentT';
import { GATE } from './settings';

/** What is known of a child's gain over its parent: the mean difference of the scores, and the probability that the child is better. */
interface Gain {
  readonly gain: number;
  readonly better: number;
}

interface Gate extends Gain {
  /** Rows that both were scored on. */
  readonly rows: readonly number[];
  readonly passed: boolean;
}

/** Child's minus parent's score on rows; NaN where one failed. */
type Differences = (rows: readonly number[]) => Promise<readonly number[]>;

export function gainOf(differences: readonly number[]): Gain {
  const known = differences.filter((x) => !Number.isNaN(x));
  return { gain: known.reduce((a, b) => a + b, 0) / Math.max(1, known.length), better: probabilityPositive(known) };
}

/** GEPA's gate: the child's sum on the rows must be strictly higher. */
export async function strictGate(rows: readonly number[], differences: Differences): Promise<Gate> {
  const found = gainOf(await differences(rows));
  return { ...found, rows, passed: found.gain > 0 };
}

/** Drops a child that is not higher on its first rows; the others race their parent until it is clear who is better. */
export async function racingGate(all: readonly number[], differences: Differences): Promise<Gate> {
  const rows = all.slice(0, GATE.first);
  const seen = await differences(rows);
  const found = gainOf(seen);
  if (!(found.gain > 0)) return { ...found, rows, passed: false };
  const {
    better,
    mean: gain,
    rows: raced,
  } = await duel(all.slice(0, GATE.most), GATE, async (next) => (next[0] === rows[0] ? seen : differences(next)));
  return { gain, better, rows: all.slice(0, raced), passed: better > 0.5 };
}
