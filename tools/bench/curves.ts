import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Scorer } from '../../src/method/scorer';
import { openExperiment, searchContext, type Experiment } from '../../src/run/experiment';
import { memorySearch, randomWithMemory } from '../../src/search/memorySearch';
import { policySearch } from '../../src/search/policySearch';
import { randomSearch } from '../../src/search/randomSearch';
import type { SearchKind } from '../../src/search/search';
import type { Proposer } from '../../src/spec/schema';
import { parseSpec } from '../../src/spec/spec';
import { summary } from './summary';

/**
 * node dist/curves.js --data DIR [--tasks sst-2,agnews] [--splits 13] [--seeds 0] [--budgets 5000] [--methods plain,all] [--out FILE]
 *
 * Compares searches at equal budgets of queries: one line of JSON for each (task, split, budget, seed, method), with the gap
 * and the accuracy of its winner on test rows, which nothing else sees. `--summary FILE` prints the tables of such lines.
 */
const TASKS = {
  'sst-2': { '0': 'terrible', '1': 'great' },
  'yelp-2': { '0': 'terrible', '1': 'great' },
  agnews: { '0': 'world', '1': 'sports', '2': 'business', '3': 'technology' },
  'sst-5': { '0': 'terrible', '1': 'bad', '2': 'okay', '3': 'good', '4': 'great' },
} as const;
type Task = keyof typeof TASKS;

/** `plain`: random search with every prompt on all training rows; `trainer`: the policy likewise, without a memory. */
const METHODS: Record<string, { kind: SearchKind; proposals?: readonly Proposer[] }> = {
  plain: { kind: randomSearch },
  'random+rows': { kind: randomWithMemory },
  trainer: { kind: policySearch },
  evolution: { kind: memorySearch, proposals: ['edits'] },
  policy: { kind: memorySearch, proposals: ['policy'] },
  thompson: { kind: memorySearch, proposals: ['thompson'] },
  'policy+thompson': { kind: memorySearch, proposals: ['policy', 'thompson'] },
  'thompson+edits': { kind: memorySearch, proposals: ['thompson', 'edits'] },
  all: { kind: memorySearch },
};

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    tasks: { type: 'string', default: 'sst-2' },
    splits: { type: 'string', default: '13' },
    seeds: { type: 'string', default: '0' },
    budgets: { type: 'string', default: '5000' },
    methods: { type: 'string', default: 'plain,random+rows,all' },
    length: { type: 'string', default: '5' },
    'test-rows': { type: 'string', default: '1000' },
    out: { type: 'string', default: '' },
    threads: { type: 'string', default: '1' },
    /** Prints the tables of a file of such lines. */
    summary: { type: 'string' },
  },
});

async function main(): Promise<void> {
  if (values.summary !== undefined) {
    console.log(summary(values.summary));
    return;
  }
  for (const task of values.tasks.split(',') as Task[])
    for (const split of values.splits.split(',')) {
      const bench = await Bench.open(task, split);
      for (const budget of values.budgets.split(',').map(Number))
        for (const seed of values.seeds.split(',').map(Number))
          for (const method of values.methods.split(',')) {
            const began = performance.now();
            const result = await bench.run(method, budget, seed);
            if (!result) {
              console.error(`${task} ${split}: ${method} cannot run on ${budget} queries.`);
              continue;
            }
            const { tokens, ...found } = result;
            const test = await bench.test(tokens);
            const seconds = (performance.now() - began) / 1000;
            const line = JSON.stringify({ task, split, seed, budget, method, ...test, ...found, seconds: +seconds.toFixed(1) });
            console.log(line);
            if (values.out) appendFileSync(values.out, `${line}\n`);
          }
      await bench.release();
    }
}

interface Found {
  readonly tokens: readonly number[];
  readonly prompt: string;
  readonly queries: number;
  readonly [more: string]: unknown;
}

class Bench {
  private constructor(private readonly experiment: Experiment) {}

  static async open(task: Task, split: string): Promise<Bench> {
    const folder = resolve(values.data!, task);
    const own = join(folder, `16-${split}`);
    const test = existsSync(join(folder, 'test.tsv')) ? join(folder, 'test.tsv') : otherSplits(folder, split);
    const spec = parseSpec(
      JSON.stringify({
        data: { train: join(own, 'train.tsv'), validation: join(own, 'dev.tsv'), test, testRows: Number(values['test-rows']) },
        labels: TASKS[task],
        template: '{input} {prompt} {mask} .',
        prompt: { length: Number(values.length) },
      }),
      'bench.prompt-task.json',
    );
    return new Bench(await openExperiment(spec, { threads: Number(values.threads) }));
  }

  async run(method: string, budget: number, seed: number): Promise<Found | undefined> {
    const { kind, ...settings } = METHODS[method]!;
    const context = searchContext(this.experiment, seed, budget);
    const search = await kind.open({ ...context, settings: { ...context.settings, ...settings } });
    let [steps, own] = [0, 0];
    let shares: unknown;
    while (!search.ended) {
      const report = await search.advance();
      steps = report.step;
      if (report.event !== 'step') continue;
      shares = report.shares ?? shares;
      own += report.milliseconds.policy + report.milliseconds.update;
    }
    const [winner] = await search.finalists();
    await search.release();
    if (!winner) return undefined;
    const { prompt, gap, choice, tokens } = winner;
    return { tokens: tokens!, prompt, queries: search.queries.computed, pool: choice ?? gap, steps, ms: Math.round(own / steps), shares };
  }

  private testScorer: Scorer | undefined;

  async test(tokens: readonly number[]): Promise<{ gap: number; accuracy: number }> {
    this.testScorer ??= this.experiment.scorer('test');
    const [score] = await this.testScorer.score([tokens]);
    return { gap: +score!.gap.toFixed(4), accuracy: +(100 * score!.accuracy).toFixed(2) };
  }

  release(): Promise<void> {
    return this.experiment.release();
  }
}

/** Yelp has no test rows: those of the other splits, without the rows of this one, stand in for them. */
function otherSplits(folder: string, split: string): string {
  const read = (seed: string): string[] =>
    ['train.tsv', 'dev.tsv']
      .flatMap((file) =>
        readFileSync(join(folder, seed, file), 'utf8')
          .split(/\r?\n/)
          .slice(1),
      )
      .filter(Boolean);
  const own = new Set(read(`16-${split}`));
  const others = readdirSync(folder).filter((name) => name.startsWith('16-') && name !== `16-${split}`);
  const rows = [...new Set(others.flatMap(read))].filter((row) => !own.has(row));
  const file = join(tmpdir(), `rlprompt-bench-${process.pid}-${split}.tsv`);
  writeFileSync(file, `text\tlabel\n${rows.join('\n')}\n`);
  return file;
}

void main();
