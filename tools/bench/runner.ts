import { judge, type Scorer } from '../../src/method/scorer';
import type { PromptIds } from '../../src/model/taskModel';
import { openExperiment, searchContext, type Experiment } from '../../src/run/open/experiment';
import { mean } from '../../src/run/report/statistics';
import { memorySearch, randomWithMemory } from '../../src/search/memorySearch';
import { policySearch } from '../../src/search/policySearch';
import { randomSearch } from '../../src/search/randomSearch';
import type { Search, SearchKind } from '../../src/search/search';
import { scoreAll } from '../../src/search/selection';
import { parseSpec } from '../../src/spec/spec';
import type { Proposer, SearchSettings } from '../../src/spec/schema';
import { SEARCHES, type Cell, type SearchMethod } from './cells';
import type { Result } from './results';
import { filesOf, TASKS } from './tasks';

interface How {
  readonly kind: SearchKind;
  readonly proposals?: readonly Proposer[];
  readonly preset?: 'paper';
}

/** `plain`: random search with every prompt on all training rows, and the choice of version 0.1.0. */
const METHODS: Record<SearchMethod, How> = {
  plain: { kind: randomSearch },
  'random+rows': { kind: randomWithMemory },
  default: { kind: memorySearch },
  evolution: { kind: memorySearch, proposals: ['edits'] },
  policy: { kind: memorySearch, proposals: ['policy'] },
  thompson: { kind: memorySearch, proposals: ['thompson'] },
  paper: { kind: policySearch, preset: 'paper' },
};

const TEST_ROWS = 1000;

type Place = Pick<Cell, 'task' | 'split' | 'model'>;
/** Where the data is, and which rows judge: the test rows, or those of the other splits. */
export interface Where {
  readonly data: string;
  readonly judge: 'test' | 'pool';
  /** Of a spec's `search`. */
  readonly settings?: object;
  readonly threads: number;
}

type Searched = Pick<Cell, 'seed' | 'split' | 'budget' | 'length' | 'warmStart'> & { readonly method: SearchMethod };
type Around = (ask: () => Promise<Float32Array[]>) => Promise<Float32Array[]>;
type Outcome = Omit<Result, keyof Cell>;

/** Runs the cells of one task, split and model. */
export class Runner {
  private readonly experiments = new Map<string, Experiment>();
  private testScorer: Scorer | undefined;

  constructor(
    private readonly where: Where,
    private readonly place: Place,
  ) {}

  serves({ task, split, model }: Place): boolean {
    return task === this.place.task && split === this.place.split && model === this.place.model;
  }

  async run(cell: Cell): Promise<Result> {
    const began = performance.now();
    const outcome = isSearch(cell.method) ? await this.search({ ...cell, method: cell.method }) : await this.given(cell);
    return { ...cell, ...outcome, seconds: +((performance.now() - began) / 1000).toFixed(1) };
  }

  private async search(cell: Searched): Promise<Omit<Outcome, 'seconds'>> {
    const search = await this.open(cell);
    const { stepMilliseconds, shares } = await exhaust(search);
    const { queries } = search;
    // A search whose first step does not fit the budget has nothing to choose from.
    const [winner] = queries.computed === 0 ? [] : await search.finalists();
    const computed = search.queries.computed;
    await search.release();
    if (!winner || computed > cell.budget) return { cannotRun: true, accuracy: NaN, gap: NaN, prompt: '', queries: computed };
    const own = stepMilliseconds === undefined ? {} : { stepMilliseconds };
    return { ...(await this.test([winner.tokens!])), prompt: winner.prompt, queries: computed, ...own, ...(shares && { shares }) };
  }

  /** Starts the search of a cell. `around` is called with each batch of scores that the search asks of the task model. */
  async open(cell: Searched, more: Partial<SearchSettings> = {}, around?: Around): Promise<Search> {
    const { kind, preset = 'default', ...settings } = METHODS[cell.method];
    const experiment = await this.experiment(preset, cell.length, cell.warmStart);
    const context = searchContext(experiment, 1000 * cell.seed + Number(cell.split), cell.budget);
    const scorer: typeof context.scorer = (split) => {
      const own = context.scorer(split);
      const ask = own.logits.bind(own);
      if (around) own.logits = (...batch) => around(() => ask(...batch));
      return own;
    };
    return kind.open({ ...context, scorer, settings: { ...context.settings, ...settings, ...more } });
  }

  /** Ordinary prompts: the one that the pool chooses, the mean of all, or none. */
  private async given(cell: Cell): Promise<Omit<Outcome, 'seconds'>> {
    const experiment = await this.experiment('default', cell.length, false);
    const texts = cell.method === 'none' ? [''] : TASKS[cell.task].manual;
    const prompts = texts.map((text) => (text === '' ? [] : experiment.encodePrompt(text)));
    if (cell.method !== 'manual') return { ...(await this.test(prompts)), prompt: texts.join(' | '), queries: 0 };
    const [train, validation] = [experiment.scorer('train'), experiment.scorer('validation')];
    const scored = await scoreAll(prompts, train, validation, experiment.prompt);
    const best = scored.reduce((a, b) => (b.choice! > a.choice! ? b : a));
    return { ...(await this.test([best.tokens!])), prompt: best.prompt, queries: train.computed + validation.computed };
  }

  /** The mean over prompts on the held-out rows, which nothing else sees. */
  private async test(prompts: readonly PromptIds[]): Promise<{ gap: number; accuracy: number }> {
    this.testScorer ??= (await this.experiment('default', 5, false)).scorer('test');
    const scores = await this.testScorer.score(prompts);
    return { accuracy: +(100 * mean(scores.map((s) => s.accuracy))).toFixed(2), gap: +mean(scores.map((s) => s.gap)).toFixed(4) };
  }

  /** Gaps of prompts on each row of the pool, and their accuracy on the rows that judge. */
  async gaps(prompts: readonly PromptIds[]): Promise<{ labels: readonly number[]; gaps: number[][]; accuracy: number[] }> {
    const experiment = await this.experiment('default', 5, false);
    const gaps: number[][] = prompts.map(() => []);
    const labels: number[] = [];
    for (const split of ['train', 'validation'] as const) {
      const scorer = experiment.scorer(split);
      const rows = scorer.rows.labels.map((_, row) => row);
      const logits = await scorer.logits(prompts.map((ids) => ({ ids, rows })));
      const K = scorer.model.classes;
      logits.forEach((all, p) => {
        for (const row of rows) gaps[p]!.push(judge(all.subarray(row * K, (row + 1) * K), scorer.rows.labels[row]!)?.gap ?? 0);
      });
      labels.push(...scorer.rows.labels);
    }
    this.testScorer ??= experiment.scorer('test');
    return { labels, gaps, accuracy: (await this.testScorer.score(prompts)).map((score) => 100 * score.accuracy) };
  }

  private async experiment(preset: 'default' | 'paper', length: number, warmStart: boolean): Promise<Experiment> {
    const key = [preset, length, warmStart].join();
    const known = this.experiments.get(key);
    if (known) return known;
    const { task, split, model } = this.place;
    const { data, judge, settings, threads } = this.where;
    const spec = parseSpec(
      JSON.stringify({
        data: { ...filesOf(data, task, split, judge), testRows: TEST_ROWS },
        labels: TASKS[task].labels,
        template: '{input} {prompt} {mask} .',
        taskModel: model,
        prompt: { length },
        search: { ...settings, preset, warmStart },
      }),
      'bench.prompt-task.json',
    );
    const experiment = await openExperiment(spec, { threads });
    this.experiments.set(key, experiment);
    return experiment;
  }

  async release(): Promise<void> {
    for (const experiment of this.experiments.values()) await experiment.release();
  }
}

export function isSearch(method: Cell['method']): method is SearchMethod {
  return (SEARCHES as readonly string[]).includes(method);
}

/** All steps of a search. */
async function exhaust(search: Search): Promise<Pick<Result, 'stepMilliseconds' | 'shares'>> {
  let shares: Result['shares'];
  const own: number[] = [];
  while (!search.ended) {
    const report = await search.advance();
    if (report.event !== 'step') continue;
    shares = report.shares ?? shares;
    own.push(report.milliseconds.policy + report.milliseconds.update);
  }
  return { ...(own.length > 0 && { stepMilliseconds: Math.round(mean(own)) }), ...(shares && { shares }) };
}
