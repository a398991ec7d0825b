import { OnnxPolicyNetwork } from '../lm/policyNetwork';
import type { Compute } from '../lm/session';
import { Random } from '../rl/random';
import { Trainer, type TrainerState } from '../rl/trainer';
import type { Scorer, ScorerState } from '../reward/scorer';
import { RandomSearch } from '../search/randomSearch';
import { select, selectionCost, type Candidate } from '../search/selection';
import { TaskError } from '../task/problem';
import type { PolicyStepEvent, Queries, RunEvent, StageEvent, StopReason } from './events';
import type { Experiment } from './experiment';
import { candidates, rank, table, type Entry } from './ranking';
import type { RunResult } from './result';
import { majorityBaseline, mean } from './statistics';
import { StorageError, type RunFolder } from './storage';

export interface RunOptions {
  /** Also run random search, on as many queries as the policy's search computed. */
  readonly random: boolean;
  /** Asks the run to stop at the next step, with its checkpoint written. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

/** The run was stopped on request; its checkpoint is written. */
export class RunStopped extends Error {
  constructor(
    readonly step: number,
    readonly folder: string,
  ) {
    super(`stopped at step ${step}`);
    this.name = 'RunStopped';
  }
}

type Stage = StageEvent['stage'];

interface Checkpoint {
  readonly stage: Stage;
  readonly stopped: StopReason;
  readonly seconds: number;
  readonly trainer: TrainerState;
  readonly rewards: readonly number[];
  readonly bestValidation: number;
  readonly sinceBest: number;
  readonly ranked: readonly Candidate[];
  readonly randomRanked: readonly Candidate[];
  readonly scorers: Record<ScorerName, ScorerState>;
  readonly random: { readonly step: number; readonly state: readonly number[] };
}

const SCORERS = ['manualTrain', 'manualValidation', 'policyTrain', 'policyValidation', 'randomTrain', 'randomValidation'] as const;
type ScorerName = (typeof SCORERS)[number];

const CHECKPOINT_EVERY = 10;
const TOP = 10;

/** One run of one seed, from its baseline to its ranked table; it can be stopped at any step and taken up again. */
export class OptimizationRun {
  private stage: Stage = 'policy';
  private stopped: StopReason = 'steps';
  private rewards: number[] = [];
  private bestValidation = -Infinity;
  private sinceBest = 0;
  /** The selections' results: of the policy's prompts, and of random search's. */
  private ranked: readonly Candidate[] = [];
  private randomRanked: readonly Candidate[] = [];
  private readonly scorers: Record<ScorerName, Scorer>;
  private readonly trainer: Trainer;
  private readonly randomSource: Random;
  private randomStep = 0;
  private readonly began = performance.now();
  private secondsBefore = 0;
  private lastCheckpoint = { seconds: 0, cost: 0 };
  private storageError: StorageError | undefined;

  private constructor(
    private readonly experiment: Experiment,
    private readonly network: OnnxPolicyNetwork,
    private readonly folder: RunFolder,
    private readonly seed: number,
    private readonly options: RunOptions,
  ) {
    const { settings, spec, actions, policyModel } = experiment;
    this.scorers = Object.fromEntries(
      SCORERS.map((name) => [name, experiment.scorer(name.endsWith('Train') ? 'train' : 'validation')]),
    ) as Record<ScorerName, Scorer>;
    this.randomSource = new Random(seed ^ 0x5eed);
    const { policyTrain } = this.scorers;
    this.trainer = new Trainer(
      { ...settings, length: spec.prompt.length, seed },
      policyModel,
      network,
      policyModel.source,
      actions,
      async (prompts) => (await policyTrain.score(prompts.map((prompt) => this.ids(prompt)))).map(({ reward }) => reward),
    );
  }

  /** Starts a run, or takes up the one whose checkpoint lies in the folder. */
  static async open(
    experiment: Experiment,
    folder: RunFolder,
    seed: number,
    compute: Compute,
    resume: boolean,
    options: RunOptions,
  ): Promise<OptimizationRun> {
    const { policyModel, actions, settings } = experiment;
    const network = await OnnxPolicyNetwork.open(policyModel.actionEmbedding(actions), policyModel.stateSize, settings.hiddenSize, compute);
    const run = new OptimizationRun(experiment, network, folder, seed, options);
    run.checkBudget();
    const checkpoint = resume ? (folder.readCheckpoint() as (Checkpoint & { journalOffset: number }) | undefined) : undefined;
    if (resume) folder.reopen(checkpoint?.journalOffset ?? 0);
    if (checkpoint) run.restore(checkpoint);
    else await run.begin();
    return run;
  }

  /** @throws RunStopped on request; StorageError only when nothing could be saved from the start */
  async run(): Promise<RunResult> {
    try {
      if (this.stage === 'policy') await this.train();
      if (this.stage === 'random') await this.searchAtRandom();
      const result = await this.conclude();
      this.write(() => this.folder.writeResult(result));
      this.enter('finished');
      return this.storageError ? { ...result, status: 'failed', error: this.storageError.message } : result;
    } catch (error) {
      if (this.options.signal?.aborted) throw new RunStopped(this.trainer.step, this.folder.path);
      throw error;
    } finally {
      this.folder.close();
      await this.network.release();
    }
  }

  /** Baselines first: a person sees what there is to beat. */
  private async begin(): Promise<void> {
    const { experiment } = this;
    const { settings, dataset } = experiment;
    const rows = {
      train: dataset.splits.train.labels.length,
      validation: dataset.splits.validation.labels.length,
      test: dataset.splits.test.labels.length,
    };
    this.emit({
      event: 'start',
      seed: this.seed,
      actions: experiment.actions.length,
      rows,
      steps: settings.steps,
      queryBudget: settings.queryBudget,
    });
    for (const { ids, train, gap } of await this.baselines())
      this.emit({ event: 'baseline', prompt: experiment.promptText(ids), gap, accuracy: train.accuracy });
    this.emit({ event: 'stage', stage: 'policy' });
    this.checkpoint();
  }

  private baselines(): Promise<Candidate[]> {
    const prompts = [[], ...this.experiment.spec.compare.map((text) => this.experiment.encodePrompt(text))];
    return candidates(prompts, this.scorers.manualTrain, this.scorers.manualValidation, this.options.signal);
  }

  private async train(): Promise<void> {
    const { settings } = this.experiment;
    let reason = this.stopReason();
    while (!reason) {
      if (this.options.signal?.aborted) this.stop();
      const { bestPrompt, milliseconds, ...report } = await this.trainer.train();
      this.rewards.push(report.mean);
      const validation = report.step % settings.validateEvery === 0 ? await this.validate() : undefined;
      this.emit({
        event: 'step',
        ...report,
        bestPrompt: this.experiment.promptText(this.ids(bestPrompt)),
        ...(validation && { validation }),
        queries: this.policyQueries(),
        seconds: this.seconds(),
        milliseconds,
      } satisfies PolicyStepEvent);
      reason = this.stopReason();
      if (!reason && report.step % CHECKPOINT_EVERY === 0) this.checkpointWhenCheap();
    }
    this.stopped = reason;
    this.emit({ event: 'stage', stage: 'ranking', reason });
    this.ranked = await select(this.scorers.policyTrain, this.scorers.policyValidation, this.options.signal);
    this.enter(this.options.random ? 'random' : 'test');
  }

  private stopReason(): StopReason | undefined {
    const { settings } = this.experiment;
    if (this.trainer.step >= settings.steps) return 'steps';
    if (this.policyQueries().computed + this.stepCost() > this.trainingBudget()) return 'budget';
    if (settings.patience !== null && this.sinceBest >= settings.patience) return 'patience';
    if (settings.maxMinutes !== null && this.seconds() > settings.maxMinutes * 60) return 'time';
    return undefined;
  }

  /** Scores the greedy prompt; it joins the candidates. */
  private async validate(): Promise<NonNullable<PolicyStepEvent['validation']>> {
    const greedy = this.ids(await this.trainer.greedy());
    const [candidate] = await candidates([greedy], this.scorers.policyTrain, this.scorers.policyValidation);
    const { gap, accuracy } = candidate!.validation;
    if (gap > this.bestValidation) [this.bestValidation, this.sinceBest] = [gap, 0];
    else this.sinceBest++;
    return { prompt: this.experiment.promptText(greedy), gap, accuracy };
  }

  private async searchAtRandom(): Promise<void> {
    const { settings, spec, actions } = this.experiment;
    const { randomTrain, randomValidation } = this.scorers;
    // An equal budget: what the policy's search computed, its ranking included.
    const budget = { budget: this.policyQueries().computed, validationRows: randomValidation.size };
    const search = new RandomSearch(
      { length: spec.prompt.length, batch: settings.promptsPerStep, ...budget },
      actions,
      randomTrain,
      this.randomSource,
      (ids) => this.experiment.toTask(ids),
    );
    search.step = this.randomStep;
    while (!search.finished) {
      if (this.options.signal?.aborted) this.stop();
      const report = await search.advance();
      this.randomStep = report.step;
      this.emit({ event: 'random', ...report, queries: queries(randomTrain, randomValidation), seconds: this.seconds() });
      if (report.step % CHECKPOINT_EVERY === 0) this.checkpointWhenCheap();
    }
    this.randomRanked = await select(randomTrain, randomValidation, this.options.signal);
    this.enter('test');
  }

  private async conclude(): Promise<RunResult> {
    const { experiment, scorers } = this;
    const { signal } = this.options;
    const from = (origin: Entry['origin'], found: readonly Candidate[]): Entry[] => found.map((candidate) => ({ ...candidate, origin }));
    const [none, ...manual] = await this.baselines();
    const entries = rank([
      ...from('none', [none!]),
      ...from('manual', manual),
      ...from('policy', this.ranked.slice(0, TOP)),
      ...from('random', this.randomRanked.slice(0, 1)),
    ]);
    const test = experiment.scorer('test');
    const { prompts, paired } = await table(experiment, entries, test, signal);
    this.emit({ event: 'finish', best: prompts[0]!.prompt, seconds: this.seconds() });
    const { splits, classes } = experiment.dataset;
    const count = (labels: readonly number[], c: number): number => labels.filter((label) => label === c).length;
    const tenth = Math.max(1, Math.floor(this.rewards.length / 10));
    return {
      format: 1,
      status: 'finished',
      spec: experiment.spec.file,
      taskModel: experiment.spec.taskModel,
      policyModel: experiment.spec.policyModel,
      template: experiment.spec.template,
      classes: classes.map((label, c) => ({
        label,
        word: experiment.verbalizer.words[c]!,
        train: count(splits.train.labels, c),
        validation: count(splits.validation.labels, c),
        test: count(splits.test.labels, c),
      })),
      seed: this.seed,
      steps: this.trainer.step,
      stopped: this.stopped,
      seconds: this.seconds(),
      queries: this.policyQueries(),
      randomQueries: this.options.random ? queries(scorers.randomTrain, scorers.randomValidation) : null,
      testQueries: test.computed,
      learning: { first: mean(this.rewards.slice(0, tenth)), last: mean(this.rewards.slice(-tenth)) },
      majorityBaseline: majorityBaseline(splits.train.labels, splits.test.labels, classes.length),
      pairedTest: paired,
      notes: experiment.notes,
      prompts,
    };
  }

  /** Task-model ids of a prompt that is given as actions. */
  private ids(prompt: readonly number[]): number[] {
    return this.experiment.toTask(prompt.map((action) => this.experiment.actions[action]!));
  }

  private policyQueries(): Queries {
    return queries(this.scorers.policyTrain, this.scorers.policyValidation);
  }

  /** Queries for training and its validations: the budget less what the ranking may need. */
  private trainingBudget(): number {
    return this.experiment.settings.queryBudget - selectionCost(this.scorers.policyValidation.size);
  }

  private stepCost(): number {
    const { promptsPerStep } = this.experiment.settings;
    return (promptsPerStep + 1) * this.scorers.policyTrain.size + this.scorers.policyValidation.size;
  }

  private checkBudget(): void {
    if (this.stepCost() <= this.trainingBudget()) return;
    const { spec, settings } = this.experiment;
    throw new TaskError([
      spec.problemAt(['search', 'queryBudget'], {
        message: 'the budget is too small for one step and the ranking',
        found: String(settings.queryBudget),
        expected: `at least ${this.stepCost() + selectionCost(this.scorers.policyValidation.size)} (a step: ${this.stepCost()}, the ranking: up to ${selectionCost(this.scorers.policyValidation.size)}), or fewer rows by data.rowsPerClass`,
      }),
    ]);
  }

  private seconds(): number {
    return Math.round(this.secondsBefore * 1000 + (performance.now() - this.began)) / 1000;
  }

  private enter(stage: Stage): void {
    this.stage = stage;
    this.emit({ event: 'stage', stage });
    this.checkpoint();
  }

  private emit(event: RunEvent): void {
    this.write(() => this.folder.append(event));
    this.options.onEvent?.(event);
  }

  /** A write that fails ends the writing, not the run: the results so far are still worth showing. */
  private write(action: () => void): void {
    if (this.storageError) return;
    try {
      action();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.storageError = error;
      // No use in training on: end the search here and rank what there is.
      this.experiment.settings.steps = Math.min(this.experiment.settings.steps, this.trainer.step);
    }
  }

  private stop(): never {
    this.checkpoint();
    throw new RunStopped(this.trainer.step, this.folder.path);
  }

  /** Every ten steps, unless writing would take more than a twentieth of the time. */
  private checkpointWhenCheap(): void {
    const { seconds, cost } = this.lastCheckpoint;
    if (this.seconds() - seconds >= 20 * cost) this.checkpoint();
  }

  private checkpoint(): void {
    const before = performance.now();
    this.write(() =>
      this.folder.writeCheckpoint({
        stage: this.stage,
        stopped: this.stopped,
        seconds: this.seconds(),
        trainer: this.trainer.save(),
        rewards: this.rewards,
        bestValidation: this.bestValidation,
        sinceBest: this.sinceBest,
        ranked: this.ranked,
        randomRanked: this.randomRanked,
        scorers: Object.fromEntries(SCORERS.map((name) => [name, this.scorers[name].save()])) as Checkpoint['scorers'],
        random: { step: this.randomStep, state: this.randomSource.state },
      } satisfies Checkpoint),
    );
    this.lastCheckpoint = { seconds: this.seconds(), cost: (performance.now() - before) / 1000 };
  }

  private restore(checkpoint: Checkpoint): void {
    this.stage = checkpoint.stage;
    this.stopped = checkpoint.stopped;
    this.secondsBefore = checkpoint.seconds;
    this.trainer.restore(checkpoint.trainer);
    this.rewards = [...checkpoint.rewards];
    this.bestValidation = checkpoint.bestValidation;
    this.sinceBest = checkpoint.sinceBest;
    this.ranked = checkpoint.ranked;
    this.randomRanked = checkpoint.randomRanked;
    for (const name of SCORERS) this.scorers[name].restore(checkpoint.scorers[name]);
    this.randomStep = checkpoint.random.step;
    this.randomSource.state = checkpoint.random.state;
  }
}

function queries(...scorers: readonly Scorer[]): Queries {
  return { asked: scorers.reduce((sum, s) => sum + s.asked, 0), computed: scorers.reduce((sum, s) => sum + s.computed, 0) };
}
