import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../../src/method/random';
import { OnnxPolicyNetwork } from '../../src/method/policyNetwork';
import { ReplayPolicy } from '../../src/method/replayPolicy';
import { RewardModel } from '../../src/method/rewardModel';
import { Scorer } from '../../src/method/scorer';
import { TokenTables } from '../../src/method/tokenTables';
import { openExperiment, searchContext, type Experiment } from '../../src/run/experiment';
import type { Ask } from '../../src/search/archive';
import { MemorySearch, type Proposer } from '../../src/search/memorySearch';
import { plan, rowsPerPrompt } from '../../src/search/plan';
import { randomSearch } from '../../src/search/randomSearch';
import { parseSpec } from '../../src/spec/spec';

/**
 * node dist/curves.js --data DIR [--tasks sst-2,agnews] [--splits 13] [--seeds 0] [--budgets 5000] [--methods plain,surrogate] [--out FILE]
 *
 * Compares searches at equal budgets of queries: one line of JSON for each (task, split, budget, seed, method), with the gap
 * and the accuracy of its winner on test rows, which nothing else sees.
 */
const TASKS = {
  'sst-2': { '0': 'terrible', '1': 'great' },
  'yelp-2': { '0': 'terrible', '1': 'great' },
  agnews: { '0': 'world', '1': 'sports', '2': 'business', '3': 'technology' },
  'sst-5': { '0': 'terrible', '1': 'bad', '2': 'okay', '3': 'good', '4': 'great' },
} as const;
type Task = keyof typeof TASKS;

const METHODS: Record<string, readonly Proposer[]> = {
  'random+rows': ['random'],
  evolution: ['edits'],
  surrogate: ['thompson'],
  'surrogate+edits': ['thompson', 'edits'],
  policy: ['policy'],
  'policy+surrogate': ['policy', 'thompson'],
  all: ['thompson', 'edits', 'policy'],
};

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    tasks: { type: 'string', default: 'sst-2' },
    splits: { type: 'string', default: '13' },
    seeds: { type: 'string', default: '0' },
    budgets: { type: 'string', default: '5000' },
    methods: { type: 'string', default: 'plain,random+rows,surrogate' },
    length: { type: 'string', default: '5' },
    'test-rows': { type: 'string', default: '1000' },
    out: { type: 'string', default: '' },
    rate: { type: 'string', default: '1e-3' },
    threads: { type: 'string', default: '1' },
  },
});

async function main(): Promise<void> {
  for (const task of values.tasks.split(',') as Task[])
    for (const split of values.splits.split(',')) {
      const bench = await Bench.open(task, split);
      for (const budget of values.budgets.split(',').map(Number))
        for (const seed of values.seeds.split(',').map(Number))
          for (const method of values.methods.split(',')) {
            const began = performance.now();
            const { prompt, ...found } = await bench.run(method, budget, seed);
            const test = await bench.test(prompt);
            const seconds = (performance.now() - began) / 1000;
            const line = JSON.stringify({
              task,
              split,
              seed,
              budget,
              method,
              ...test,
              ...found,
              prompt: bench.text(prompt),
              seconds: +seconds.toFixed(1),
            });
            console.log(line);
            if (values.out) appendFileSync(values.out, `${line}\n`);
          }
      await bench.release();
    }
}

interface Found {
  readonly prompt: readonly number[];
  readonly queries: number;
  readonly pool: number;
  readonly [more: string]: unknown;
}

class Bench {
  private constructor(
    private readonly experiment: Experiment,
    private readonly labels: readonly number[],
    private readonly pool: ReturnType<Scorer['model']['rows']>,
    private readonly tables: TokenTables,
    private readonly network: OnnxPolicyNetwork,
    private readonly model: Scorer['model'],
  ) {}

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
    const compute = { threads: Number(values.threads) };
    const experiment = await openExperiment(spec, compute);
    const { train, validation } = experiment.dataset.splits;
    const model = experiment.scorer('train').model;
    const { policyModel, actions } = experiment;
    const reward = new RewardModel(policyModel.actionEmbedding(actions), policyModel.stateSize, spec.prompt.length);
    return new Bench(
      experiment,
      [...train.labels, ...validation.labels],
      model.rows([...train.texts, ...validation.texts]),
      await TokenTables.open(reward.tokens, policyModel.stateSize, compute),
      await OnnxPolicyNetwork.open(policyModel.actionEmbedding(actions), policyModel.stateSize, experiment.settings.hiddenSize, compute),
      model,
    );
  }

  private ids(prompt: readonly number[]): number[] {
    return this.experiment.toTask(prompt.map((action) => this.experiment.actions[action]!));
  }

  text(prompt: readonly number[]): string {
    return this.experiment.prompt(this.ids(prompt)).prompt;
  }

  private readonly ask: Ask = async (jobs) => {
    const results: Float32Array[] = [];
    for (const { prompt, rows } of jobs) results.push(await this.model.score([this.ids(prompt)], this.pool, rows));
    return results;
  };

  async run(method: string, budget: number, seed: number): Promise<Found> {
    if (method === 'plain') return this.plain(budget, seed);
    const { experiment, labels } = this;
    const { policyModel, actions, spec, settings } = experiment;
    const K = this.model.classes;
    const perPrompt = rowsPerPrompt(labels, K);
    const split = plan(budget, labels.length, perPrompt);
    if ('needed' in split) throw new Error(`${method} needs ${split.needed} queries`);
    const proposals = METHODS[method]!;
    const reward = new RewardModel(policyModel.actionEmbedding(actions), policyModel.stateSize, spec.prompt.length);
    const search = new MemorySearch(
      { length: spec.prompt.length, promptsPerStep: 16, proposals, seed },
      split,
      labels,
      K,
      actions.length,
      reward,
      this.tables,
      proposals.includes('policy')
        ? new ReplayPolicy(
            { ...settings, learningRate: Number(values.rate), length: spec.prompt.length },
            policyModel,
            this.network,
            policyModel.source,
            actions,
            new Random(seed ^ 0x9e37),
          )
        : undefined,
      this.ask,
    );
    while (!search.finished) await search.advance();
    const [winner] = await search.race();
    const shares = search.bandit.shares(16);
    return {
      prompt: winner!.prompt,
      queries: search.archive.queries,
      pool: winner!.estimate,
      shares,
      ms: Math.round(search.milliseconds / search.step),
      steps: search.step,
      strengths: reward.size > 0 ? reward.strengths(0).map((x) => +x.toFixed(3)) : undefined,
    };
  }

  private async plain(budget: number, seed: number): Promise<Found> {
    const { experiment } = this;
    const search = await randomSearch.open(searchContext(experiment, seed, budget));
    while (!search.ended) await search.advance();
    const [best] = await search.finalists();
    const back = new Map(experiment.actions.map((id, a) => [id, a]));
    return { prompt: best!.tokens!.map((id) => back.get(id)!), queries: search.queries.computed, pool: best!.gap };
  }

  private testScorer: Scorer | undefined;

  async test(prompt: readonly number[]): Promise<{ gap: number; accuracy: number }> {
    this.testScorer ??= this.experiment.scorer('test');
    const [score] = await this.testScorer.score([this.ids(prompt)]);
    return { gap: +score!.gap.toFixed(4), accuracy: +(100 * score!.accuracy).toFixed(2) };
  }

  async release(): Promise<void> {
    await Promise.all([this.tables.release(), this.network.release()]);
    await this.experiment.release();
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
