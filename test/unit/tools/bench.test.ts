import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bootstrap } from '../../../tools/bench/bootstrap';
import { cellsOf, keyOf, TIERS, type Cell } from '../../../tools/bench/cells';
import { picture } from '../../../tools/bench/picture';
import { missing, report } from '../../../tools/bench/report';
import { ResultFile, type Result } from '../../../tools/bench/results';
import { paired, runsOf, tables } from '../../../tools/bench/tables';

const cell: Cell = {
  task: 'sst-2',
  split: '13',
  seed: 0,
  method: 'plain',
  budget: 5000,
  length: 5,
  model: 'bundled:causal',
  warmStart: false,
};
const run = (more: Partial<Result>): Result => ({ ...cell, accuracy: 70, gap: 0.4, prompt: 'a', queries: 4900, seconds: 1, ...more });
const keyed = (runs: readonly Result[]): Map<string, Result> => new Map(runs.map((one) => [keyOf(one), one]));
const all = { tasks: ['sst-2'], splits: ['13', '21'], seeds: [0, 1] } as const;

describe('bootstrap', () => {
  it('gives every split the same weight, however many seeds it has', () => {
    const { mean } = bootstrap([
      [
        { split: 'a', value: 1 },
        { split: 'b', value: 4 },
        { split: 'b', value: 6 },
      ],
    ])!;
    expect(mean).toBe(3);
  });

  it('has the variance of the splits plus that of the seeds within them', () => {
    // Two splits of means 0 and 2 with seeds ±1: the mean of two drawn splits has variance 1/2, that of their seeds adds 1/4.
    const values = [-1, 1].flatMap((x) => [
      { split: 'a', value: x },
      { split: 'b', value: 2 + x },
    ]);
    const { low, high } = bootstrap([values])!;
    // The means lie on a grid of quarters between −1 and 3.
    expect(low).toBeCloseTo(1 - 1.5, 0.3);
    expect(high).toBeCloseTo(1 + 1.5, 0.3);
  });

  it('says nothing where a task has no run', () => {
    expect(bootstrap([[{ split: 'a', value: 1 }], []])).toBeUndefined();
  });
});

describe('cells', () => {
  it('run every split of a seed before the next seed, and ordinary prompts once', () => {
    const five = TIERS.find(({ name }) => name === 'five tokens')!;
    expect(cellsOf(five, { ...all, methods: ['plain'], budgets: [5000] }).map(({ split, seed }) => `${split}/${seed}`)).toEqual([
      '13/0',
      '21/0',
      '13/1',
      '21/1',
    ]);
    expect(cellsOf(TIERS[0]!, all).every(({ seed, budget }) => seed === 0 && budget === 0)).toBe(true);
  });

  it('has every required cell in front', () => {
    const required = TIERS.map((tier) => tier.required === true);
    expect(required.lastIndexOf(true)).toBeLessThan(required.indexOf(false));
    const budgets = TIERS.filter((tier) => tier.required).flatMap((tier) => tier.budgets);
    expect(budgets).toEqual(expect.arrayContaining([1000, 5000, 48_000]));
  });

  it('has no cell twice', () => {
    const keys = TIERS.flatMap((tier) => cellsOf(tier, all)).map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('results', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-bench-test-'));

  it('takes the later of two lines of a cell, and names a line that is broken', () => {
    const file = new ResultFile(join(folder, 'a.jsonl'));
    expect(file.read().size).toBe(0);
    file.append(run({ accuracy: 70 }));
    file.append(run({ accuracy: 71 }));
    expect([...file.read().values()].map(({ accuracy }) => accuracy)).toEqual([71]);
    writeFileSync(file.path, '{"task": \n', { flag: 'a' });
    expect(() => file.read()).toThrow(/a\.jsonl:3/);
  });

  it('pairs runs of the same split and seed only, and leaves out those that cannot run', () => {
    const results = keyed([
      run({ accuracy: 70 }),
      run({ method: 'default', accuracy: 73 }),
      run({ method: 'default', accuracy: 80, seed: 1 }),
      run({ split: '21', cannotRun: true, accuracy: NaN }),
      run({ split: '21', method: 'default', accuracy: 74 }),
    ]);
    expect(paired(results, runsOf(results, { method: 'default' }), { method: 'plain' })).toEqual([{ split: '13', value: 3 }]);
  });

  it('compares an ordinary prompt with every seed of the control', () => {
    const results = keyed([run({ accuracy: 70 }), run({ accuracy: 74, seed: 1 }), run({ method: 'none', budget: 0, accuracy: 65 })]);
    const lines = tables(keyed([...results.values(), run({ method: 'default', accuracy: 75 })])).split('\n');
    expect(lines.find((line) => line.startsWith('| none'))).toContain('65.0% / 0.400 (1)');
  });

  it('writes tables between the markers, pictures beside the document, and what is missing', () => {
    const document = join(folder, 'benchmarks.md');
    writeFileSync(document, 'before\n<!-- bench: written by npm run bench -- --report -->\nold\n<!-- end of bench -->\nafter\n');
    const results = keyed([run({ accuracy: 70 }), run({ method: 'default', accuracy: 73.25 })]);
    report(results, { ...all, splits: ['13'], seeds: [0] }, document);
    const text = readFileSync(document, 'utf8');
    expect(text).toMatch(/^before\n<!-- bench[^]*<!-- end of bench -->\nafter\n$/);
    expect(text).toContain('73.3%');
    expect(text).not.toContain('old');
    expect(text).toContain('random search with 48,000 queries (bundled:causal, 5 tokens: plain at 48,000 queries): 1 of 1 runs');
    expect(readFileSync(join(folder, 'benchmarks', 'bundled-causal-5.svg'), 'utf8')).toBe(
      picture(results, { model: 'bundled:causal', length: 5, warmStart: false }),
    );
    expect(missing(results, { ...all, splits: ['13'], seeds: [0], lengths: [5], methods: ['plain'], budgets: [5000] })).toHaveLength(1);
  });

  it('draws finite coordinates only', () => {
    const svg = picture(keyed([run({}), run({ method: 'default', accuracy: 73 }), run({ method: 'none', budget: 0, accuracy: 60 })]), {
      model: 'bundled:causal',
      length: 5,
      warmStart: false,
    });
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg.match(/<circle/g)).toHaveLength(4);
  });
});
