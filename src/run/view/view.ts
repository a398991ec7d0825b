import { parseTemplate } from '../../spec/template';
import type { Curves, PromptRow, RunHead, RunView } from './runView';
import type { ScoredPrompt } from '../../search/prompt';
import type { PolicyStepEvent, RunEvent } from '../events';
import type { Origin, PromptResult, RunResult } from '../result';
import type { RunTask } from '../store/task';
import { verdictOf } from '../verdict';
import { TimeLeft } from './timeLeft';

/** Prompts in the table while a run trains. */
const LEADERS = 20;

export interface MutableCurves {
  steps: { step: number[]; mean: number[]; best: number[]; entropy: number[]; loss: number[] };
  validation: { step: number[]; reward: number[]; accuracy: number[] };
  random: { step: number[]; mean: number[]; best: number[] };
}

export function emptyCurves(): MutableCurves {
  return {
    steps: { step: [], mean: [], best: [], entropy: [], loss: [] },
    validation: { step: [], reward: [], accuracy: [] },
    random: { step: [], mean: [], best: [] },
  };
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
      seconds: 0,
      secondsLeft: null,
      queries: { asked: 0, computed: 0 },
      queryBudget: 0,
      resumable: false,
      notes: [],
    };
  }

  /** What the run is, once its spec is read. */
  describe(task: RunTask): void {
    const { spec, settings } = task;
    this.random = task.random;
    this.set({
      taskModel: spec.taskModel,
      policyModel: spec.policyModel,
      template: spec.template,
      parts: parseTemplate(spec.template).parts,
      promptLength: spec.prompt.length,
      seed: task.seed,
      created: task.created,
      steps: settings.steps,
      queryBudget: settings.queryBudget,
    });
  }

  get view(): RunView {
    return { head: this.head, curves: this.curves, rows: this.rows };
  }

  set(change: Partial<RunHead>): void {
    this.head = { ...this.head, ...change };
  }

  apply(event: RunEvent): void {
    switch (event.event) {
      case 'start':
        this.startAnew();
        this.set({ rows: event.rows, actions: event.actions, steps: event.steps, queryBudget: event.queryBudget });
        break;
      case 'baseline':
        this.lead(event, event.prompt === '' ? 'none' : 'manual');
        break;
      case 'step':
        this.applyStep(event);
        break;
      case 'random': {
        const { random } = this.curves;
        random.step.push(event.step);
        random.mean.push(event.mean);
        random.best.push(event.best);
        this.set({ seconds: event.seconds, secondsLeft: this.timeLeft.afterRandomBatch(event) });
        break;
      }
      case 'stage':
        this.set({ stage: event.stage, ...(event.reason && { reason: event.reason }) });
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
    this.set({
      state: result.status,
      stage: 'finished',
      resumable: false,
      step: result.steps,
      seconds: result.seconds,
      secondsLeft: 0,
      queries: result.queries,
      notes: result.notes,
      ...(result.error !== undefined && { error: result.error }),
      summary,
      ...(verdict && { verdict }),
    });
    this.table(prompts);
  }

  /** Prompts that the user evaluated join the table; the latest scores of a prompt count. */
  addEvaluated(prompts: readonly PromptResult[]): void {
    for (const prompt of prompts) if (prompt.prompt !== '') this.evaluated.set(prompt.prompt, { ...prompt, origin: 'evaluated' });
    this.merge();
  }

  /** Held-out scores on other models, by the prompts' texts; they replace the earlier ones. */
  setTransfer(columns: ReadonlyMap<string, NonNullable<PromptRow['transfer']>>): void {
    this.transferred = columns;
    this.merge();
  }

  /** The run resumes: drops why it ended; its steps so far stay until the engine replays them. */
  takeUp(): void {
    const { error: _error, log: _log, ...head } = this.head;
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
    this.rows = [...scored, ...added]
      .sort((a, b) => b.gap - a.gap)
      .map((row, i) => {
        const transfer = this.transferred.get(row.prompt);
        return { ...row, rank: i + 1, ...(transfer && { transfer }) };
      });
    this.rowsVersion++;
  }

  private applyStep(event: PolicyStepEvent): void {
    const { steps, validation } = this.curves;
    steps.step.push(event.step);
    steps.mean.push(event.mean);
    steps.best.push(event.best);
    steps.entropy.push(event.entropy);
    steps.loss.push(event.loss);
    if (event.greedy) {
      validation.step.push(event.step);
      validation.reward.push(event.greedy.validation.reward);
      validation.accuracy.push(event.greedy.validation.accuracy);
      this.lead(event.greedy, 'policy');
    }
    const { steps: last, queryBudget } = this.head;
    const secondsLeft = this.timeLeft.afterStep(event, { steps: last, queryBudget, random: this.random });
    this.set({ stage: 'policy', step: event.step, seconds: event.seconds, queries: event.queries, secondsLeft });
  }

  private lead({ prompt, pieces, gap, train, validation }: ScoredPrompt, origin: Origin): void {
    if (this.leaders.some((row) => row.prompt === prompt)) return;
    this.leaders.push({ rank: 0, prompt, pieces, origin, gap, train, validation });
    const keep = (row: PromptRow): boolean => row.origin !== 'policy';
    const best = this.leaders.filter((row) => !keep(row)).sort((a, b) => b.gap - a.gap);
    this.leaders = [...this.leaders.filter(keep), ...best.slice(0, LEADERS)];
    this.table(this.leaders);
  }
}

/** The ends of the columns, from earlier lengths on. */
export function curvesSince(curves: Curves, from: { steps: number; validation: number; random: number }): Curves {
  const tail = <T extends Record<string, readonly number[]>>(columns: T, start: number): T =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.slice(start)])) as unknown as T;
  return {
    steps: tail(curves.steps, from.steps),
    validation: tail(curves.validation, from.validation),
    random: tail(curves.random, from.random),
  };
}

export function curveLengths(curves: Curves): { steps: number; validation: number; random: number } {
  return { steps: curves.steps.step.length, validation: curves.validation.step.length, random: curves.random.step.length };
}
