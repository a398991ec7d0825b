import { searchMethods } from '../../spec/searches';
import { parseTemplate, templateText, type Message, type Part, type Turn } from '../../spec/template';
import type { Curves, PromptRow, RunHead, RunView } from './runView';
import type { ScoredPrompt } from '../../search/prompt';
import { byChoice } from '../../search/selection';
import { estimateInterval, estimateOf, pooled, type Older, type Pool } from '../result/estimate';
import type { PolicyStepEvent, ProgressEvent, ReflectStepEvent, RunEvent, Stage } from '../events';
import type { Origin, PromptResult, RunResult } from '../result/result';
import type { Queries } from '../../search/search';
import type { RunTask } from '../store/task';
import { priceOf } from '../../spec/price';
import { samplesOf } from '../../spec/samples';
import { verdictOf } from '../result/verdict';
import { word } from '../../wording/wording';
import { testQueries, TimeLeft, type Horizon } from './timeLeft';

/** Prompts in the table while a run trains. */
const LEADERS = 20;

/** The stages of a run that still searches for label words. */
const BEFORE: readonly Stage[] = ['labels', 'baselines', 'policy', 'ranking', 'test'];

const NO_OPERATORS = { reflect: 0, addRule: 0, shorten: 0, rephrase: 0, examples: 0, recombine: 0 };

type MutableCurves = { -readonly [G in keyof Curves]: { -readonly [C in keyof Curves[G]]: number[] } };

function emptyCurves(): MutableCurves {
  return {
    steps: { queries: [], mean: [], best: [], entropy: [] },
    greedy: { queries: [], reward: [], accuracy: [] },
    random: { queries: [], mean: [], best: [] },
    estimates: { queries: [], best: [], low: [], high: [], mean: [] },
    randomEstimates: { queries: [], best: [] },
    shares: { queries: [], policy: [], thompson: [], edits: [] },
    reflectEstimates: { queries: [], best: [], low: [], high: [] },
    proposals: { queries: [], calls: [], tokens: [] },
    operators: { queries: [], reflect: [], addRule: [], shorten: [], rephrase: [], examples: [], recombine: [] },
  };
}

const GROUPS = Object.keys(emptyCurves()) as (keyof Curves)[];

/** Appends an entry to the columns of a group. */
function push<Name extends string>(columns: Record<Name, number[]>, entry: Readonly<Record<NoInfer<Name>, number>>): void {
  for (const name of Object.keys(columns) as Name[]) columns[name].push(entry[name]);
}

/** What the user sees of a run, kept up to date by its events, live from the engine or read from its journal. */
export class RunViewBuilder {
  head: RunHead;
  /** Replaced, not extended, when the journal is replayed. */
  curves = emptyCurves();
  /** The run's prompts and those that the user evaluated. */
  rows: readonly PromptRow[] = [];
  /** Grows with every change of `rows`. */
  rowsVersion = 0;
  private leaders: PromptRow[] = [];
  /** The run's own prompts: its leaders so far, then its ranked result. */
  private found: readonly PromptRow[] = [];
  /** Prompts that the user evaluated with their latest scores, by text. */
  private readonly evaluated = new Map<string, PromptRow>();
  /** Columns of other models, by the prompts' texts. */
  private transferred: ReadonlyMap<string, NonNullable<PromptRow['transfer']>> = new Map();
  /** Once its spec is read. */
  task: RunTask | undefined;
  private timeLeft = new TimeLeft();
  private random = true;

  /** @param id the run's folder */
  constructor(id: string, name: string, specFile: string) {
    this.head = {
      id,
      name,
      state: 'queued',
      stage: 'policy',
      specFile,
      taskModel: '',
      policyModel: '',
      template: '',
      parts: [],
      promptLength: 0,
      seed: 0,
      created: new Date().toISOString(),
      step: 0,
      steps: 0,
      stages: [],
      progress: 0,
      seconds: 0,
      secondsLeft: null,
      queries: { asked: 0, computed: 0 },
      queryBudget: 0,
      resumable: false,
      rankable: false,
      notes: [],
    };
  }

  /** What the run is, once its spec is read. */
  describe(task: RunTask): void {
    const { spec, settings } = task;
    this.task = task;
    this.random = task.random;
    this.set({
      taskModel: spec.taskModel,
      policyModel: spec.policyModel,
      template: templateText(spec.template),
      ...(spec.price && { price: priceOf(spec)! }),
      ...templateParts(spec.template),
      ...(spec.kind === 'generation' && {
        texts: { samples: samplesOf(spec.generation), metrics: (spec.metrics ?? []).map(({ name, type }) => name ?? type) },
      }),
      promptLength: spec.prompt.length,
      seed: task.seed,
      ...(task.labelWords && { labelWords: word('search.labelWords', task.labelWords) }),
      created: task.created,
      stages: stagesOf(task),
      steps: settings.steps,
      queryBudget: settings.queryBudget,
    });
  }

  get view(): RunView {
    return { head: this.head, curves: this.curves, rows: this.rows };
  }

  set(change: Partial<RunHead>): void {
    const head = { ...this.head, ...change };
    const { state, stage, step, rankingSoon } = head;
    const searches = ['running', 'pausing', 'paused'].includes(state) && ['policy', 'reflect', 'random', 'single'].includes(stage);
    this.head = { ...head, rankable: searches && step > 0 && !rankingSoon };
  }

  apply(event: RunEvent): void {
    switch (event.event) {
      case 'start':
        this.startAnew();
        this.set({
          stage: 'baselines',
          progress: 0,
          rows: event.rows,
          actions: event.actions,
          steps: event.steps,
        });
        break;
      case 'baseline':
        this.lead(event, event.prompt === '' ? 'none' : 'manual');
        break;
      case 'outlook':
        this.set({ outlook: { ...event, text: word(event.code, event) } });
        break;
      case 'starts':
        for (const { origin, ...scored } of event.prompts) this.lead(scored, origin);
        this.set({ seconds: event.seconds });
        break;
      case 'step':
        this.applyStep(event);
        break;
      case 'progress':
        this.applyProgress(event);
        break;
      case 'reflect':
        this.applyReflection(event);
        break;
      case 'random': {
        const queries = event.queries.computed;
        push(this.curves.random, { ...event, queries });
        if (event.estimate) push(this.curves.randomEstimates, { queries, best: event.estimate.best });
        const secondsLeft = this.timeLeft.afterRandomBatch(event, this.horizon);
        const progress = Math.min(1, queries / Math.max(1, this.head.queries.computed - this.forWords));
        this.set({ seconds: event.seconds, secondsLeft, progress });
        break;
      }
      case 'stage':
        this.set({
          stage: event.stage,
          progress: 0,
          ...(event.reason && { reason: event.reason, ended: word('run.ended', { reason: event.reason }) }),
        });
        break;
      case 'finish':
        this.set({ seconds: event.seconds, secondsLeft: 0 });
        break;
    }
  }

  /** The ranked result replaces the prompts so far. @param runs as `verdictOf` counts them */
  finish(result: RunResult, runs?: number): void {
    const { prompts, ...summary } = result;
    const verdict = verdictOf(result, runs);
    this.dropOutlook();
    this.set({
      state: result.status,
      stage: 'finished',
      resumable: false,
      step: result.steps,
      seconds: result.seconds,
      secondsLeft: 0,
      queries: this.counted(result.queries),
      reason: result.stopped,
      ended: word('run.ended', { reason: result.stopped }),
      notes: result.notes,
      ...(result.error !== undefined && { error: result.error }),
      summary,
      ...(verdict && { verdict }),
    });
    this.table(prompts);
  }

  /** Prompts that the user evaluated join the table; the latest scores of a prompt count. */
  addEvaluated(prompts: readonly Older<PromptResult>[]): void {
    for (const prompt of prompts)
      if (prompt.prompt !== '')
        this.evaluated.set(prompt.prompt, { ...prompt, estimate: prompt.estimate ?? estimateOf(prompt, this.pool), origin: 'evaluated' });
    this.merge();
  }

  /** Held-out scores on other models, by the prompts' texts; they replace the earlier ones. */
  setTransfer(columns: ReadonlyMap<string, NonNullable<PromptRow['transfer']>>): void {
    this.transferred = columns;
    this.merge();
  }

  /** The run resumes: drops why it ended; its steps so far stay until the engine replays them. */
  takeUp(): void {
    const { error: _error, log: _log, rankingSoon: _rankingSoon, ...head } = this.head;
    this.head = { ...head, resumable: true };
  }

  table(rows: readonly PromptRow[]): void {
    this.found = rows;
    this.merge();
  }

  /** A journal starts over: at the start of a run, and when it is resumed. */
  private startAnew(): void {
    this.curves = emptyCurves();
    this.leaders = [];
    this.timeLeft = new TimeLeft();
    this.dropOutlook();
    this.table([]);
  }

  /** The run's own scores of a prompt win once they include held-out ones, since its ranking depends on them. */
  private merge(): void {
    const scored = this.found.map((row) => {
      const later = row.test ? undefined : this.evaluated.get(row.prompt);
      return later ? { ...row, ...later, origin: row.origin } : row;
    });
    const own = new Set(this.found.map(({ prompt }) => prompt));
    const added = [...this.evaluated.values()].filter(({ prompt }) => !own.has(prompt));
    this.rows = byChoice([...scored, ...added]).map((row, i) => {
      const transfer = this.transferred.get(row.prompt);
      return { ...row, rank: i + 1, ...(transfer && { transfer }) };
    });
    this.rowsVersion++;
  }

  /** Queries of the search for label words, which the budget bounds too. */
  private get forWords(): number {
    return this.task?.labelWords?.queries ?? 0;
  }

  private counted({ asked, computed }: Queries): Queries {
    return { asked: asked + this.forWords, computed: computed + this.forWords };
  }

  private get horizon(): Horizon {
    const { steps, rows } = this.head;
    const queryBudget = this.head.queryBudget - this.forWords;
    const given = this.leaders.filter(({ origin }) => origin === 'none' || origin === 'manual').length;
    return { steps, queryBudget, random: this.random, test: testQueries(given, rows) };
  }

  private applyProgress(event: ProgressEvent): void {
    const { stage, done, total, seconds } = event;
    // The run begins after its label words.
    if (stage === 'labels') return this.set({ stage, progress: done / Math.max(1, total), stages: BEFORE });
    const share = Math.min(1, done / Math.max(1, total));
    // The search may end by its steps, too.
    const progress = stage === this.head.stage ? Math.max(share, this.head.progress) : share;
    this.set({ stage, progress, seconds, secondsLeft: this.timeLeft.afterProgress(event, this.horizon) });
  }

  private dropOutlook(): void {
    const { outlook: _, ...head } = this.head;
    this.head = head;
  }

  private get pool(): Pool {
    return this.head.rows ?? { train: 0, validation: 0 };
  }

  private applyStep(event: PolicyStepEvent): void {
    const { curves } = this;
    const { greedy, shares, estimate } = event;
    const queries = event.queries.computed;
    push(curves.steps, { ...event, queries });
    if (greedy && !estimate)
      push(curves.greedy, { queries, reward: pooled(greedy, this.pool, 'reward'), accuracy: pooled(greedy, this.pool, 'accuracy') });
    if (event.policy) push(curves.greedy, { queries, ...event.policy });
    // Estimates change as other prompts are scored: what once seemed better than the best of now no longer is.
    const { choice = Infinity } = greedy ?? {};
    if (estimate) this.leaders = this.leaders.filter((row) => row.origin !== 'policy' || (row.choice ?? 0) < choice);
    if (greedy) this.lead(greedy, 'policy');
    if (estimate) {
      const [low, high] = estimateInterval(estimate.best, estimate.worth);
      push(curves.estimates, { ...estimate, queries, low, high });
      if (this.head.outlook && low > this.head.outlook.majority) this.dropOutlook();
    }
    if (shares) {
      const all = Object.values(shares).reduce((a, b) => a + b, 0) || 1;
      const { policy = 0, thompson = 0, edits = 0 } = shares;
      push(curves.shares, { queries, policy: policy / all, thompson: thompson / all, edits: edits / all });
    }
    const { steps: last, queryBudget } = this.horizon;
    const progress = Math.min(1, Math.max(event.step / last, queries / queryBudget));
    const secondsLeft = this.timeLeft.afterStep(event, this.horizon);
    this.set({ stage: 'policy', step: event.step, seconds: event.seconds, queries: this.counted(event.queries), secondsLeft, progress });
  }

  private applyReflection({ step, seconds, queries, best, estimate, operators, proposer }: ReflectStepEvent): void {
    const { curves } = this;
    const [low, high] = estimateInterval(estimate.best, estimate.rows);
    push(curves.reflectEstimates, { queries: queries.computed, best: estimate.best, low, high });
    push(curves.proposals, { queries: queries.computed, calls: proposer.calls, tokens: proposer.tokens });
    push(curves.operators, { ...NO_OPERATORS, ...operators, queries: queries.computed });
    this.leaders = this.leaders.filter(({ origin }) => origin !== 'reflect');
    this.lead(best, 'reflect');
    const isFirst = this.head.stages.find((stage) => stage === 'policy' || stage === 'reflect') === 'reflect';
    const progress = Math.min(1, queries.computed / Math.max(1, this.horizon.queryBudget));
    this.set({ stage: 'reflect', seconds, progress, ...(isFirst && { step, queries: this.counted(queries) }) });
    if (this.head.outlook && low > this.head.outlook.majority) this.dropOutlook();
  }

  private lead(scored: ScoredPrompt, origin: Origin): void {
    const { prompt, pieces, gap, choice, train, validation } = scored;
    if (this.leaders.some((row) => row.prompt === prompt && row.origin !== 'policy')) return;
    const row: PromptRow = {
      rank: 0,
      prompt,
      pieces,
      origin,
      gap,
      ...(choice !== undefined && { choice }),
      estimate: estimateOf(scored, this.pool),
      train,
      validation,
    };
    const keep = (one: PromptRow): boolean => one.origin !== 'policy';
    const all = [...this.leaders.filter((one) => one.prompt !== prompt), row];
    this.leaders = [...all.filter(keep), ...byChoice(all.filter((one) => !keep(one))).slice(0, LEADERS)];
    this.table(this.leaders);
  }
}

/** How many entries each group of columns has. */
type CurveLengths = Readonly<Record<keyof Curves, number>>;

/** The ends of the columns, from earlier lengths on. */
export function curvesSince(curves: Curves, from: CurveLengths): Curves {
  const tail = <T extends Record<string, readonly number[]>>(columns: T, start: number): T =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.slice(start)])) as unknown as T;
  return Object.fromEntries(GROUPS.map((group) => [group, tail(curves[group], from[group])])) as unknown as Curves;
}

export function curveLengths(curves: Curves): CurveLengths {
  return Object.fromEntries(GROUPS.map((group) => [group, curves[group].queries.length])) as CurveLengths;
}

/** The stages of a run, in order. The first search ends with a ranking. */
function stagesOf({ settings, random, labelWords }: RunTask): Stage[] {
  const [first, ...others] = searchMethods(settings).map((method) => (method === 'reflect' ? 'reflect' : 'policy') satisfies Stage);
  const labels = labelWords ? (['labels'] as const) : [];
  return [
    ...labels,
    'baselines',
    first!,
    'ranking',
    ...others,
    ...(random ? ([settings.perInput ? 'single' : 'random'] as const) : []),
    'test',
  ];
}

function templateParts(template: string | readonly Message[]): { readonly parts: readonly Part[]; readonly turns?: readonly Turn[] } {
  const { parts, turns } = parseTemplate(template);
  return { parts, ...(turns && { turns }) };
}
