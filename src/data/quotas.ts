import { isTextModel } from '../spec/scheme';
import { searchSettings } from '../spec/schema';
import type { Spec } from '../spec/spec';
import type { SplitName } from './sample';

/** Rows that a run draws. */
export interface Quotas {
  /** Of each class. */
  readonly train: number;
  readonly validation: number;
  /** Of each class in train and validation together; neither field of the spec says more. */
  readonly pool: number;
  /** In all. */
  readonly test: number;
  /** Whether the spec says how many test rows. */
  readonly testGiven: boolean;
  /** Whether validation rows are drawn from train. */
  readonly drawsValidation: boolean;
  readonly drawsTest: boolean;
}

/** Rows of a class that steer the default search. */
const POOL = 32;
const PAPER = { train: 32, validation: 64 };
const TEST = { here: 2000, elsewhere: 300 };

/**
 * The default search uses all rows that steer it alike, so it draws none from train for validation unless the spec says how
 * many; the paper's search ranks its prompts on validation rows.
 */
export function quotasOf(spec: Spec): Quotas {
  const { rowsPerClass, testRows, validation: file } = spec.data;
  const ofTest = {
    test: testRows ?? (isTextModel(spec.taskModel) ? TEST.elsewhere : TEST.here),
    testGiven: testRows !== undefined,
    drawsTest: spec.data.test === undefined,
  };
  if (searchSettings(spec).proposals === null) {
    const { train = PAPER.train, validation = PAPER.validation } = rowsPerClass;
    return { train, validation, pool: Infinity, ...ofTest, drawsValidation: file === undefined };
  }
  const { train = POOL, validation = POOL } = rowsPerClass;
  const isFree = rowsPerClass.train === undefined && rowsPerClass.validation === undefined;
  // Of a policy with a prompt for each input, rows that it did not learn from choose the best.
  const drawsValidation = file === undefined && (rowsPerClass.validation !== undefined || spec.prompt.perInput === true);
  return { train, validation, pool: isFree ? POOL : Infinity, ...ofTest, drawsValidation };
}

/** How many of a class's rows each of the two files gives: half of the pool each, more where the other has too few. */
export function halves(pool: number, train: number, validation: number): { train: number; validation: number } {
  const ofValidation = Math.min(validation, Math.max(Math.floor(pool / 2), pool - train));
  return { train: Math.min(train, pool - ofValidation), validation: ofValidation };
}

/** `rows` rows shared out in proportion to the classes' counts, rounded so that they add up. */
export function proportions(counts: readonly number[], rows: number): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const upTo = (c: number): number => Math.round((rows * counts.slice(0, c).reduce((sum, count) => sum + count, 0)) / all);
  return counts.map((_, c) => upTo(c + 1) - upTo(c));
}

/**
 * Test rows of each class, drawn from train: in proportion to the classes, at least one of each. Where the spec says how many
 * there are in all, the largest classes give up those single rows.
 * @param distinct rows of each class that were drawn; the only one of a class stays in train
 */
export function testQuotas(counts: readonly number[], distinct: readonly number[], { test, testGiven }: Quotas): number[] {
  const quotas = proportions(counts, test);
  if (!testGiven) return quotas.map((quota) => Math.max(1, quota));
  for (const [c, quota] of quotas.entries()) {
    const largest = quotas.indexOf(Math.max(...quotas));
    if (quota > 0 || distinct[c]! < 2 || quotas[largest]! < 2) continue;
    quotas[largest]!--;
    quotas[c] = 1;
  }
  return quotas;
}

/**
 * How many of a class's n drawn rows each split gets when validation or test are drawn from train. They share in fixed parts;
 * where the spec limits the test rows, the rows that this leaves over go to the splits that are short of their quota.
 * @param ownValidation validation rows of the class in a file of their own
 */
export function shares(n: number, quotas: Quotas, testQuota: number, ownValidation?: number): Record<SplitName, number> {
  const { drawsValidation, drawsTest } = quotas;
  const whole = 0.4 + (drawsValidation ? 0.25 : 0) + (drawsTest ? 0.35 : 0);
  const train = Math.max(1, Math.min(quotas.train, Math.round((n * 0.4) / whole)));
  const validation = drawsValidation ? Math.min(quotas.validation, Math.round((n * 0.25) / whole)) : 0;
  const test = drawsTest ? Math.max(0, Math.min(testQuota, n - train - validation)) : 0;
  const parts = { train, validation, test };
  if (!drawsTest || !quotas.testGiven) return parts;
  const pool = halves(quotas.pool, quotas.train, ownValidation ?? (drawsValidation ? quotas.validation : 0));
  const needed = { train: pool.train, validation: drawsValidation ? pool.validation : 0, test: testQuota };
  const short = (Object.keys(parts) as SplitName[]).filter((split) => parts[split] < needed[split]);
  if (short.length > 0 && needed.train + needed.validation + needed.test <= n) return needed;
  // What a split has beyond what it needs would be left out.
  for (const split of Object.keys(parts) as SplitName[]) parts[split] = Math.min(parts[split], needed[split]);
  let spare = n - parts.train - parts.validation - parts.test;
  for (const split of short) {
    const more = Math.min(spare, needed[split] - parts[split]);
    parts[split] += more;
    spare -= more;
  }
  return parts;
}
