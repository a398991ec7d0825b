import { OnnxPolicyNetwork } from '../method/policyNetwork';
import type { Compute } from '../model/local/session';
import { Random } from '../method/random';
import { Trainer } from '../method/trainer';
import type { Scorer } from '../method/scorer';
import { RandomSearch } from '../search/randomSearch';
import { select, type Candidate } from '../search/selection';
import { TaskError } from '../spec/problem';
import { budgetProblem, planBudget, type BudgetPlan } from '../search/budget';
import { CheckpointPace, SCORERS, type Checkpoint, type ScorerName, type Stage } from './store/checkpoint';
import type { PolicyStepEvent, Queries, RunEvent, ScoredPrompt, StopReason } from './events';
import type { Experiment } from './experiment';
import { candidates, diverse, pieces, rank, split, table, type Entry } from './ranking';
import { buildResult, type RunResult } from './result';
import { StorageError, type RunFolder } from './store/storage';

export interface RunOptions {
  /** Also run random search, on as many queries as the policy's search computed. */
  readonly random: boolean;
  /** Asks the run to stop at the next step, with its checkpoint written. */
  readonly signal?: AbortSignal;
  /** Asked between steps: a promise to wait for while the run is paused. */
  readonly pause?: () => Promise<void> | undefined;
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

/** Prompts of the policy that get held-out scores: its best, less near copies of better ones. */
const TOP = 10;

/** One run of one seed, from its baseline to its ranked table; it can be stopped at any step and taken up again. */
export class OptimizationRun {
  private stage: Stage = 'policy';
  private stopped: StopReason = 'steps';
  private rewards: number[] = [];
  private bestValidation = -Infinity;
  private sinceBest = 0;
  /** Steps in a row, up to the last, whose prompts were all the same one. */
  private sameSteps = 0;
  /** The selections' results: of the policy's prompts, and of random search's. */
  private ranked: readonly Candidate[] = [];
  private randomRanked: readonly Candidate[] = [];
  private readonly scorers: Record<ScorerName, Scorer>;
  private readonly trainer: Trainer;
  private readonly randomSource: Random;
  private randomStep = 0;
  private readonly began = performance.now();
  private secondsBefore = 0;
  private millisecondsPaused = 0;
  private readonly pace = new CheckpointPace();
  private readonly budget: BudgetPlan;
  private storageError: StorageError | undefined;

  private constructor(
    private readonly experiment: Experiment,
    private readonly network: OnnxPolicyNetwork,
    private readonly folder: RunFolder,
    private readonly seed: number,
    private readonly options: RunOptions,
  ) {
    const { settings, spec, actions, policyModel, dataset } = experiment;
    const rows = { train: dataset.splits.train.labels.length, validation: dataset.splits.validation.labels.length };
    const problem = budgetProblem(spec, settings, rows);
    if (problem) throw new TaskError(problem);
    this.budget = planBudget(settings.queryBudget, settings.promptsPerStep, rows);
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
    const checkpoint = resume ? (folder.readCheckpoint() as (Checkpoint & { journalOffset: number }) | undefined) : undefined;
    if (resume) folder.reopen(checkpoint?.journalOffset ?? 0);
    if (checkpoint) run.restore(checkpoint);
    else await run.begin();
    return run;
  }

  /** @throws RunStopped on request; StorageError only when nothing could be saved from the start */
  async run(): Promise<RunResult> {
    try {
      if (this.stage === 'finished' && this.folder.hasResult()) return this.folder.readResult() as RunResult;
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
      random: this.options.random,
    });
    for (const baseline of await this.baselines()) this.emit({ event: 'baseline', ...this.scored(baseline) });
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
      await this.mayGoOn();
      const { bestPrompt, milliseconds, ...report } = await this.trainer.train();
      this.rewards.push(report.mean);
      this.sameSteps = report.distinct === 1 ? this.sameSteps + 1 : 0;
      const greedy = report.step % settings.validateEvery === 0 ? await this.validate() : undefined;
      this.emit({
        event: 'step',
        ...report,
        bestPrompt: this.experiment.promptText(this.ids(bestPrompt)),
        ...(greedy && { greedy }),
        queries: this.policyQueries(),
        seconds: this.seconds(),
        milliseconds,
      } satisfies PolicyStepEvent);
      reason = this.stopReason();
      if (!reason && this.pace.due(report.step, this.seconds())) this.checkpoint();
    }
    this.stopped = reason;
    // Ranking may take a while: who stops it loses no step.
    this.checkpoint();
    this.emit({ event: 'stage', stage: 'ranking', reason });
    this.ranked = await select(this.scorers.policyTrain, this.scorers.policyValidation, this.options.signal);
    this.enter(this.options.random && !this.storageError ? 'random' : 'test');
  }

  private stopReason(): StopReason | undefined {
    const { settings } = this.experiment;
    // No use in training on: end the search here and rank what there is.
    if (this.storageError) return 'storage';
    if (this.trainer.step >= settings.steps) return 'steps';
    if (!this.budget.allows(this.trainer.step, this.policyQueries().computed)) return 'budget';
    // Equal rewards have z-scores of 0: nothing is learnt from them, and in time the policy falls apart.
    if (settings.convergedSteps !== null && this.sameSteps >= settings.convergedSteps) return 'converged';
    if (settings.patience !== null && this.sinceBest >= settings.patience) return 'patience';
    if (settings.maxMinutes !== null && this.seconds() > settings.maxMinutes * 60) return 'time';
    return undefined;
  }

  /** Scores the greedy prompt; it joins the candidates. */
  private async validate(): Promise<ScoredPrompt> {
    const ids = this.ids(await this.trainer.greedy());
    const [candidate] = await candidates([ids], this.scorers.policyTrain, this.scorers.policyValidation);
    const { gap } = candidate!.validation;
    if (gap > this.bestValidation) [this.bestValidation, this.sinceBest] = [gap, 0];
    else this.sinceBest++;
    return this.scored(candidate!);
  }

  private scored({ ids, gap, train, validation }: Candidate): ScoredPrompt {
    const { experiment } = this;
    return { prompt: experiment.promptText(ids), pieces: pieces(experiment, ids), gap, train: split(train), validation: split(validation) };
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
    while (!search.finished && !this.storageError) {
      await this.mayGoOn();
      const report = await search.advance();
      this.randomStep = report.step;
      this.emit({ event: 'random', ...report, queries: queries(randomTrain, randomValidation), seconds: this.seconds() });
      if (this.pace.due(report.step, this.seconds())) this.checkpoint();
    }
    this.checkpoint();
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
      ...from('policy', diverse(this.ranked, TOP)),
      ...from('random', this.randomRanked.slice(0, 1)),
    ]);
    const test = experiment.scorer('test');
    const { prompts, paired } = await table(experiment, entries, test, signal);
    this.emit({ event: 'finish', best: prompts[0]!.prompt, seconds: this.seconds() });
    return buildResult(experiment, {
      seed: this.seed,
      steps: this.trainer.step,
      stopped: this.stopped,
      seconds: this.seconds(),
      queries: this.policyQueries(),
      randomQueries: this.options.random ? queries(scorers.randomTrain, scorers.randomValidation) : null,
      testQueries: test.computed,
      rewards: this.rewards,
      prompts,
      pairedTest: paired,
    });
  }

  /** Task-model ids of a prompt that is given as actions. */
  private ids(prompt: readonly number[]): number[] {
    return this.experiment.toTask(prompt.map((action) => this.experiment.actions[action]!));
  }

  private policyQueries(): Queries {
    return queries(this.scorers.policyTrain, this.scorers.policyValidation);
  }

  private seconds(): number {
    return Math.round(this.secondsBefore * 1000 + (performance.now() - this.began - this.millisecondsPaused)) / 1000;
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
    }
  }

  /** Between steps: stops when asked, waits while paused. */
  private async mayGoOn(): Promise<void> {
    if (this.options.signal?.aborted) this.stop();
    const pause = this.options.pause?.();
    if (!pause) return;
    this.checkpoint();
    const began = performance.now();
    await pause;
    this.millisecondsPaused += performance.now() - began;
    if (this.options.signal?.aborted) this.stop();
  }

  private stop(): never {
    this.checkpoint();
    throw new RunStopped(this.trainer.step, this.folder.path);
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
        sameSteps: this.sameSteps,
        ranked: this.ranked,
        randomRanked: this.randomRanked,
        scorers: Object.fromEntries(SCORERS.map((name) => [name, this.scorers[name].save()])) as Checkpoint['scorers'],
        random: { step: this.randomStep, state: this.randomSource.state },
      } satisfies Checkpoint),
    );
    this.pace.wrote(this.seconds(), (performance.now() - before) / 1000);
  }

  private restore(checkpoint: Checkpoint): void {
    this.stage = checkpoint.stage;
    this.stopped = checkpoint.stopped;
    this.secondsBefore = checkpoint.seconds;
    this.trainer.restore(checkpoint.trainer);
    this.rewards = [...checkpoint.rewards];
    this.bestValidation = checkpoint.bestValidation;
    this.sinceBest = checkpoint.sinceBest;
    this.sameSteps = checkpoint.sameSteps;
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
