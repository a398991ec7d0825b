import { mean } from '../../src/run/report/statistics';
import { Runner } from './runner';

const SPLITS = ['13', '87'];
const STEPS = 400;
const PART = 40;

/**
 * Whether training falls apart: 400 steps of the policy alone on SST-2, with no early stop. The rise is that of the steps' mean
 * reward from the first 40 to the best 40 in a row; what is kept of it is seen in the last 40.
 */
export async function stability(data: string, threads: number): Promise<void> {
  console.log('| SST-2, split | first 40 steps | best 40 | last 40 | kept of the rise |\n|---|---|---|---|---|');
  for (const split of SPLITS) {
    const runner = new Runner({ data, judge: 'test', threads }, { task: 'sst-2', split, model: 'bundled:causal' });
    const cell = { method: 'policy', split, seed: 0, budget: Infinity, length: 5, warmStart: false } as const;
    const search = await runner.open(cell, { steps: STEPS });
    const rewards: number[] = [];
    while (!search.ended) {
      const report = await search.advance();
      if (report.event === 'step') rewards.push(report.mean);
    }
    await search.release();
    await runner.release();
    const parts = rewards.slice(PART - 1).map((_, i) => mean(rewards.slice(i, i + PART)));
    const [first, best, last] = [parts[0]!, Math.max(...parts), parts.at(-1)!];
    const kept = Math.round((100 * (last - first)) / (best - first));
    console.log(`| ${split} | ${first.toFixed(1)} | ${best.toFixed(1)} | ${last.toFixed(1)} | ${kept}% |`);
  }
}
