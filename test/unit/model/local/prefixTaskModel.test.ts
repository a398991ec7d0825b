import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Scorer } from '../../../../src/method/scorer';
import { CachedGraphs } from '../../../../src/model/local/graphs/cachedGraphs';
import { readModel } from '../../../../src/model/local/modelFolder';
import { PrefixTaskModel } from '../../../../src/model/local/prefixTaskModel';
import { select } from '../../../../src/search/selection';
import { bare } from '../../method/fakeTaskModel';
import { furthest, layoutOf } from './expectedScores';

const WORDS = ['a', 'film', 'of', 'rare', 'warmth', 'plot', 'jokes', 'never', 'land'];
/** Texts of 1 to 23 words, in no order. */
const textsOf = (n: number): string[] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: 1 + ((7 * i) % 23) }, (_, j) => WORDS[(i + 5 * j) % WORDS.length]).join(' '));

let model: PrefixTaskModel;
let words: number[];
/** What the graphs compute: rows read, and (prompt, row) pairs answered. */
const [reads, answers] = [vi.spyOn(CachedGraphs.prototype, 'read'), vi.spyOn(CachedGraphs.prototype, 'answer')];
const computed = () => ({ read: rowsIn(reads), answered: rowsIn(answers) });
const rowsIn = ({ mock }: { mock: { calls: readonly (readonly [rows: readonly unknown[], ...unknown[]])[] } }) =>
  mock.calls.reduce((sum, [rows]) => sum + rows.length, 0);
const promptsOf = (n: number) => Array.from({ length: n }, (_, i) => [words[13 * i]!, words[29 * i]!]);

beforeAll(async () => {
  const folder = await readModel('bundled:causal', '.');
  words = folder.tokenizer.wordIds(true);
  const layout = layoutOf(folder, '{input} {prompt}');
  const labels = [' terrible', ' great'].map((word) => folder.tokenizer.encode(word)[0]!);
  model = await PrefixTaskModel.open(folder, layout, 't', labels, { threads: 1 });
});

beforeEach(() => {
  vi.clearAllMocks();
});

afterAll(async () => {
  vi.restoreAllMocks();
  await model.release();
});

describe('a causal model that keeps keys and values', () => {
  it('computes in successive halving what is counted', async () => {
    const scorer = (rows: number) =>
      new Scorer(model, { set: model.rows(textsOf(rows)), labels: textsOf(rows).map((_, i) => i % 2) }, 'rows');
    const [train, validation] = [scorer(2), scorer(32)];
    await train.score(promptsOf(150));
    vi.clearAllMocks();
    await select(train, validation, bare);
    expect(validation.computed).toBeGreaterThan(1000);
    expect(computed().answered).toBeLessThanOrEqual(1.2 * validation.computed);
  });

  it('reads and scores the wanted rows only, and reads each text once', async () => {
    const set = model.rows(textsOf(64));
    await model.score(promptsOf(16), set, [5, 60, 17, 33, 2, 48, 9, 21]);
    expect(computed()).toEqual({ read: 8, answered: 16 * 8 });
    await model.score(promptsOf(3), set, [60, 1, 5]);
    expect(computed()).toEqual({ read: 9, answered: 16 * 8 + 3 * 3 });
  });

  it('gives a pair one score, whatever prompts and rows it is scored with, and in which order', async () => {
    const [texts, prompts] = [textsOf(40), [...promptsOf(11), [], [words[3]!]]];
    const rows = texts.map((_, i) => i);
    const all = await model.score(prompts, model.rows(texts), rows);
    const fresh = model.rows(texts);
    for (const p of [12, 0, 11, 5])
      for (const r of [39, 0, 17]) {
        const at = 2 * (p * rows.length + r);
        expect(furthest(await model.score([prompts[p]!], fresh, [r]), all.subarray(at, at + 2))).toBeLessThan(5e-6);
      }
  });

  it('scores prompts on rows of their own in few runs, two calls at once as well', async () => {
    const [texts, prompts] = [textsOf(40), [...promptsOf(11), [], [words[3]!]]];
    const set = model.rows(texts);
    const jobs = prompts.map((ids, p) => ({ ids, rows: [0, 1, 2, 3, 4, 5].map((i) => (7 * p + 3 * i) % 40) }));
    const [each, again] = await Promise.all([model.scoreEach(jobs, set), model.scoreEach([...jobs].reverse(), set)]);
    expect(answers.mock.calls.length).toBeLessThan((2 * 6 * jobs.length) / 3);
    expect(computed().answered).toBe(2 * 6 * jobs.length);
    for (const [j, { ids, rows }] of jobs.entries()) {
      const alone = await model.score([ids], set, rows);
      expect(furthest(each[j]!, alone)).toBeLessThan(5e-6);
      expect(furthest(again[jobs.length - 1 - j]!, alone)).toBeLessThan(5e-6);
    }
  });
});
