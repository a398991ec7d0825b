import type { InputPolicy } from '../search/inputPolicy';
import type { ScoredPrompt } from '../search/prompt';
import {
  isControl,
  learnedAt,
  type GivenRows,
  type Queries,
  type Reflection,
  type Search,
  type SearchKind,
  type StepReport,
  type StopReason,
} from '../search/search';
import { searchesOf } from '../search/searches';
import { isTextModel } from '../spec/scheme';
import { CodedError, word } from '../wording/wording';
import type { JournalEvent, RunEvent, Stage } from './events';
import { baselinesOf } from './baselines';
import { costFacts, ranking, searchFacts } from './result/conclusion';
import { outlookOf } from './result/outlook';
import { searchContext, type Experiment } from './open/experiment';
import { RunClock } from './runClock';
import { buildResult, type RunResult } from './result/result';
import { perInputResult } from './result/perInput';
import { CHECKPOINT_FORMAT, CheckpointPace, type Checkpoint, type Found } from './store/checkpoint';
import { headerFor } from './store/rows/format';
import { RunWriter } from './store/runWriter';
import type { RunFolder, SavedCheckpoint } from './store/storage';
import { decisive, table } from './result/table';
import { priceOf } from '../spec/price';
import { Spending, withCost } from './result/spending';
import { reflectionOf } from './reflection';
import { StoredProposals } from './store/proposals';
import { CANDIDATES, JUDGE_CALLS, PROPOSALS, REQUESTS } from './store/rows/names';
import { whileTelling } from './whileTelling';
import type { Note } from '../wording/note';

export interface RunOptions {
  readonly seed: number;
  /** Whether random search follows, on as many queries as the searches computed. */
  readonly random: boolean;
  /** Stops the run within its step; the checkpoint then holds the steps before. */
  readonly signal?: AbortSignal | undefined;
  /** Aborts when the user wants the ranking now: the search ends after its step, and no control begins or continues. */
  readonly rankNow?: AbortSignal | undefined;
  /** Called between steps: a promise to wait for while the run is paused. */
  readonly pause?: (() => Promise<void> | undefined) | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Called when the search has something to say, with all that it has said. */
  readonly onNotes?: ((notes: readonly Note[]) => void) | undefined;
}

/** The run stopped on request; its checkpoint is written. */
export class RunStopped extends CodedError<'run.stopped'> {
  constructor(
    readonly step: number,
    readonly folder: string,
  ) {
    super('run.stopped', { step });
  }
}

/**
 * One run of one seed, from its baselines to its ranked table: a new one, or the one of a checkpoint.
 * @throws RunStopped on request
 */
export async function runSearches(
  experiment: Experiment,
  folder: RunFolder,
  options: RunOptions,
  checkpoint?: SavedCheckpoint,
): Promise<RunResult> {
  const run = new Run(experiment, folder, options, checkpoint);
  try {
    return await run.run();
  } catch (error) {
    if (options.signal?.aborted && !(error instanceof RunStopped)) throw new RunStopped(run.step, folder.path);
    throw error;
  } finally {
    folder.close();
  }
}

class Run {
  private readonly kinds: readonly SearchKind[];
  private stage: Stage;
  private stopped: StopReason = 'steps';
  /** The user asked for the ranking early. */
  private cut = false;
  private means: number[] = [];
  private baselines: readonly ScoredPrompt[] = [];
  /** What they gave on each row, for a search that shows rows to a model. */
  private givenRows: GivenRows[] = [];
  private found: Found[] = [];
  /** What a search for a prompt for each input has found; a resumed run reads it from the folder. */
  private policy: InputPolicy | undefined;
  /** The search under way, and where a checkpoint left it. */
  private search: Search | undefined;
  private saved: unknown;
  private readonly clock: RunClock;
  private readonly pace = new CheckpointPace();
  private readonly writer: RunWriter;
  private readonly spending: Spending;
  private readonly isNew: boolean;

  constructor(
    private readonly experiment: Experiment,
    folder: RunFolder,
    private readonly options: RunOptions,
    checkpoint: SavedCheckpoint | undefined,
  ) {
    this.kinds = searchesOf(experiment.settings, options.random);
    this.stage = this.kinds[0]!.origin;
    this.isNew = checkpoint === undefined;
    this.clock = new RunClock(checkpoint?.seconds);
    this.writer = new RunWriter(folder, headerFor(experiment.model, experiment.dataset), checkpoint?.rowsOffset ?? 0);
    this.spending = new Spending(experiment.model, this.writer.lines(REQUESTS), checkpoint);
    experiment.judgeCalls?.countFor(this.writer.lines(JUDGE_CALLS));
    if (!checkpoint) return;
    this.stage = checkpoint.stage;
    this.stopped = checkpoint.stopped;
    this.cut = checkpoint.cut === true;
    this.means = [...checkpoint.means];
    this.baselines = checkpoint.baselines;
    this.givenRows = [...(checkpoint.given ?? [])];
    this.found = [...checkpoint.found];
    this.saved = checkpoint.search;
  }

  /** Steps of the first search. */
  get step(): number {
    return this.means.length;
  }

  async run(): Promise<RunResult> {
    if (this.isNew) await this.begin();
    for (let kind = this.next; kind; kind = this.next) {
      const found = await this.find(kind);
      if (found) this.found.push(found);
      this.enter(this.next?.origin ?? 'test');
    }
    const result = await this.conclude();
    this.writer.write((folder) => folder.writeResult(result));
    this.enter('finished');
    const { error } = this.writer;
    return error ? { ...result, status: 'failed', error: error.message } : result;
  }

  /** The next search; there are no controls where nothing can be saved, or the user wants the ranking. */
  private get next(): SearchKind | undefined {
    return this.found.length > 0 && (this.writer.error || this.cut) ? undefined : this.kinds[this.found.length];
  }

  /** Baselines first: the user sees what there is to beat. */
  private async begin(): Promise<void> {
    const { experiment } = this;
    const { actions, settings, spec, dataset } = experiment;
    const { train, validation, test } = dataset.splits;
    this.emit({
      event: 'start',
      seed: this.options.seed,
      actions: actions.length,
      rows: { train: train.labels.length, validation: validation.labels.length, test: test.labels.length },
      steps: settings.steps,
      queryBudget: experiment.searchBudget,
      random: this.options.random,
    });
    const baselines = baselinesOf(experiment);
    const { prompts, rows } = await this.during('baselines', baselines.pairs, () => baselines.score(this.writer.rows, this.options.signal));
    [this.baselines, this.givenRows] = [prompts, rows];
    for (const { tokens: _, ...baseline } of prompts) this.emit({ event: 'baseline', ...baseline });
    // A score has no chance level.
    const pool = { train: train.labels.length, validation: validation.labels.length };
    const outlook = spec.kind === 'generation' ? undefined : outlookOf(prompts, pool, [...train.labels, ...validation.labels]);
    if (outlook) this.emit(outlook);
    this.emit({ event: 'stage', stage: this.stage });
    this.checkpoint();
  }

  /** Undefined for a control that the user cut off. */
  private async find(kind: SearchKind): Promise<Found | undefined> {
    const { seed, signal } = this.options;
    const first = this.found[0];
    const control = isControl(kind);
    const budget = control ? this.mostComputed : this.experiment.searchBudget - this.given;
    const { proposing } = this.experiment;
    const proposals = kind.proposes ? new StoredProposals(proposing!.proposer, this.writer.lines(PROPOSALS)) : undefined;
    const reflection = proposals && this.reflection(proposals);
    const search = await kind.open(searchContext(this.experiment, seed, budget, this.writer.rows, reflection), this.saved);
    this.search = search;
    this.saved = undefined;
    this.spending.begin();
    try {
      let reason = this.reason(search);
      let told = 0;
      while (!reason) {
        await this.betweenSteps();
        const report = await this.advance(search);
        const learned = first ? undefined : learnedAt(report);
        if (learned !== undefined) this.means.push(learned);
        this.emit({ ...report, queries: this.withGiven(report.queries), seconds: this.clock.seconds });
        const { notes = [] } = search;
        if (notes.length > told) this.options.onNotes?.(notes);
        told = notes.length;
        reason = this.reason(search);
        if (!reason && this.pace.due(report.step, this.clock.seconds)) this.checkpoint();
      }
      if (control && this.cut) return undefined;
      if (!first) this.stopped = reason;
      // Ranking may take a while: a stop there loses no step.
      this.checkpoint();
      if (!first) this.emit({ event: 'stage', stage: 'ranking', reason });
      const done = first ? search.queries.computed : 0;
      const total = done + search.finalistQueries;
      const prompts = await this.during(first ? kind.origin : 'ranking', total, () => search.finalists(signal), done);
      const { queries, notes, proposer, found: policy } = search;
      const price = priceOf(this.experiment.spec);
      const model = proposing?.proposer.reference;
      const use = proposals && proposer && withCost({ ...proposer, model: model!, lost: proposals.lost }, price?.proposer, price);
      const spent = this.spending.end();
      if (policy) {
        this.policy = policy;
        this.writer.write((folder) => folder.writePolicy(policy));
      }
      const more = {
        ...(!control && { stopped: reason }),
        ...(use && { proposer: use }),
        ...(spent && { taskModel: withCost(spent, price?.taskModel, price) }),
      };
      return { origin: kind.origin, queries, prompts, notes, ...more };
    } finally {
      this.search = undefined;
      await search.release();
    }
  }

  private reflection(proposals: StoredProposals): Reflection {
    const report: Reflection['report'] = (records) => this.writer.write((folder) => folder.appendLines(CANDIDATES, records));
    return reflectionOf(this.experiment, proposals, this.givenRows, report);
  }

  /** Of the searches so far, the one that took the most queries. */
  private get mostComputed(): number {
    return Math.max(...this.found.map(({ queries }) => queries.computed));
  }

  private async advance(search: Search): Promise<StepReport> {
    try {
      const kind = this.kinds[this.found.length]!;
      const { computed } = search.queries;
      const total = isControl(kind) ? this.mostComputed : this.experiment.searchBudget;
      return await this.during(kind.origin, total, () => search.advance(this.options.signal), computed);
    } catch (error) {
      if (this.options.signal?.aborted) this.stop();
      throw error;
    }
  }

  /** Why the search under way ends. */
  private reason(search: Search): StopReason | undefined {
    const { maxMinutes } = this.experiment.settings;
    // More steps could not be saved; those that are done are still worth ranking.
    if (this.writer.error) return 'storage';
    if (search.ended) return search.ended;
    this.cut ||= this.options.rankNow?.aborted === true;
    // There is something to rank after the first step.
    if (this.cut && this.means.length > 0) return 'request';
    const kind = this.kinds[this.found.length];
    const control = kind !== undefined && isControl(kind);
    // Each search may take so long.
    return !control && maxMinutes !== null && this.clock.seconds > maxMinutes * 60 * (this.found.length + 1) ? 'time' : undefined;
  }

  private async conclude(): Promise<RunResult> {
    const { experiment, found, stopped, means } = this;
    const entries = ranking(this.baselines, found);
    const test = experiment.scorer('test', this.writer.rows);
    const tested = isTextModel(experiment.spec.taskModel) ? decisive(entries) : entries;
    const policy = experiment.settings.perInput ? (this.policy ?? this.writer.folder.readPolicy()) : undefined;
    const total = (tested.length + Number(policy !== undefined)) * test.size;
    const { texts, ...ranked } = await this.during('test', total, async () => {
      const scored = await table(experiment, entries, test, this.options.signal, tested);
      if (!policy) return scored;
      return { ...scored, perInput: await perInputResult(experiment, policy, scored.prompts, test, this.options.signal) };
    });
    if (texts) this.writer.write((folder) => folder.writeTexts(texts));
    this.emit({ event: 'finish', best: ranked.prompts[0]!.prompt, seconds: this.clock.seconds });
    return buildResult(experiment, {
      seed: this.options.seed,
      means,
      stopped,
      seconds: this.clock.seconds,
      ...searchFacts(found, (queries) => this.withGiven(queries)),
      ...costFacts(experiment.spec, this.spending, found),
      testQueries: test.computed,
      notes: [
        ...experiment.notes,
        ...found.flatMap(({ notes = [] }) => notes),
        ...(this.cut && found.length < this.kinds.length ? [word(policy ? 'run.noSingleControl' : 'run.noControl')] : []),
      ],
      ...ranked,
    });
  }

  /** Queries of the prompts that were there before the search; its budget is what they leave. */
  private get given(): number {
    const { train, validation } = this.experiment.dataset.splits;
    return new Set(this.baselines.map(({ tokens }) => tokens?.join())).size * (train.labels.length + validation.labels.length);
  }

  private withGiven({ asked, computed }: Queries): Queries {
    return { asked: asked + this.given, computed: computed + this.given };
  }

  private enter(stage: Stage): void {
    this.stage = stage;
    this.emit({ event: 'stage', stage });
    this.checkpoint();
  }

  /** Does a stage's work, or a part of it, while the front end hears how far it is by what the task model has answered. */
  private async during<T>(stage: Stage, total: number, work: () => Promise<T>, done = 0): Promise<T> {
    const { model } = this.experiment;
    const before = model.answered ?? 0;
    const tell = (): void => {
      const answered = done + (model.answered ?? 0) - before;
      this.options.onEvent?.({ event: 'progress', stage, done: Math.min(total, answered), total, seconds: this.clock.seconds });
    };
    return whileTelling(tell, work);
  }

  private emit(event: JournalEvent): void {
    this.writer.write((folder) => folder.append(event));
    this.options.onEvent?.(event);
  }

  /** Stops on request, waits while paused. */
  private async betweenSteps(): Promise<void> {
    if (this.options.signal?.aborted) this.stop();
    const pause = this.options.pause?.();
    if (!pause) return;
    this.checkpoint();
    await this.clock.pausedFor(pause);
    if (this.options.signal?.aborted) this.stop();
  }

  private stop(): never {
    this.checkpoint();
    throw new RunStopped(this.step, this.writer.folder.path);
  }

  private checkpoint(): void {
    const before = performance.now();
    const { stage, stopped, cut, means, baselines, found } = this;
    const given = this.givenRows;
    const search = this.search?.save();
    const state: Checkpoint = {
      format: CHECKPOINT_FORMAT,
      stage,
      seconds: this.clock.seconds,
      baselines,
      given,
      stopped,
      cut,
      means,
      found,
      search,
      ...this.spending.save(),
    };
    this.writer.checkpoint(state);
    this.pace.wrote(this.clock.seconds, (performance.now() - before) / 1000);
  }
}
