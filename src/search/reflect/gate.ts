import { duel } from '../race';
import { probabilityPositive } from '../studentT';
import type { Gate } from './candidate';
import { GATE } from './settings';

/** Child's minus parent's score on rows; NaN where one failed. */
type Differences = (rows: readonly number[]) => Promise<readonly number[]>;

/** GEPA's gate: the child's sum on the rows must be strictly higher. */
export async function strictGate(rows: readonly number[], differences: Differences): Promise<Gate> {
  const seen = (await differences(rows)).filter((x) => !Number.isNaN(x));
  const gain = mean(seen);
  return { rows: rows.length, gain, better: probabilityPositive(seen), passed: gain > 0 };
}

/** Drops a child that is not higher on its first rows; the others race their parent until it is clear who is better. */
export async function racingGate(rows: readonly number[], differences: Differences): Promise<Gate> {
  const first = rows.slice(0, GATE.first);
  const seen = await differences(first);
  const known = seen.filter((x) => !Number.isNaN(x));
  if (!(mean(known) > 0)) return { rows: first.length, gain: mean(known), better: probabilityPositive(known), passed: false };
  const {
    better,
    mean: gain,
    rows: raced,
  } = await duel(rows.slice(0, GATE.most), GATE, async (next) => (next[0] === first[0] ? seen : differences(next)));
  return { rows: raced, gain, better, passed: better > 0.5 };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}
