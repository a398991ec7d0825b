import { describeClasses } from '../data/dataset';
import { modelsOf } from '../spec/generation';
import { parseSpecValues, type Spec } from '../spec/spec';
import { CodedError } from '../wording/wording';
import { evaluate } from './evaluate';
import { openExperiment, type Experiment, type OpenOptions } from './open/experiment';
import { Opening } from '../model/server/opening';
import type { FrontEnd, RunFrontEnd } from './frontEnd';
import { fetchHubModels } from './consent/hubModels';
import { settleLabels } from './open/labelWords';
import { runSearches } from './optimize';
import { tellGenerations } from './outset';
import { planEvaluation, planRuns } from './consent/preview';
import { describePreview, describeProposals } from './report/previewText';
import { quote } from './report/shell';
import { agreeToScripts } from './consent/scripts';
import { agreeToServers, describeJudges, type Asked } from './consent/servers';
import type { PromptResult, RunResult } from './result/result';
import { hasControl, keepEvaluated } from './start';
import { readJournal } from './store/history';
import { whileLocked } from './store/lock';
import { headerFor, type RowResults } from './store/rows/format';
import type { RowLog } from './store/rows/storedModel';
import { RunFolder, type SavedCheckpoint } from './store/storage';
import { changesSince, describeTask, nowOf, type RunTask } from './store/task';

export interface OptimizeRequest {
  readonly spec: Spec;
  /** One run for each seed, each in its own folder. */
  readonly runs: readonly { readonly seed: number; readonly folder: string }[];
  /** Whether random search on an equal budget follows; as the spec says if undefined. */
  readonly random: boolean | undefined;
  readonly threads: number;
}

/** Runs a spec's search once for each seed; `onResult` gets each result as soon as it is there. @throws RunStopped on request */
export async function optimizeJob(
  { spec, runs, random: asked, threads }: OptimizeRequest,
  frontEnd: RunFrontEnd,
  onResult: (result: RunResult, folder: string) => void,
): Promise<void> {
  const random = hasControl(spec, asked);
  const opening = new Opening();
  await withExperiment(
    spec,
    threads,
    frontEnd,
    { plan: planRuns(random, runs.length), proposes: true, runs: runs.length, opening },
    async (experiment) => {
      await tellGenerations(experiment, frontEnd);
      for (const run of runs) {
        const folder = new RunFolder(run.folder);
        const task = await describeTask(experiment, run.seed, random, threads);
        const result = await whileLocked(folder, () => {
          folder.create(task);
          keepOpening(folder, opening);
          return train(experiment, folder, task, frontEnd);
        });
        onResult(result, folder.path);
        if (result.status === 'failed') return;
      }
    },
  );
}

/**
 * Resumes a run from its last checkpoint; without one, it starts over. Sums round differently on another number of threads, so
 * the run keeps its own unless told otherwise. @throws RunStopped on request; CodedError when spec, data or models have changed
 */
export async function resumeJob(request: { folder: string; threads?: number | undefined }, frontEnd: RunFrontEnd): Promise<RunResult> {
  const folder = new RunFolder(request.folder);
  const task = folder.readTask();
  const { seed, random } = task;
  const threads = request.threads ?? task.threads;
  return whileLocked(folder, async () => {
    if (folder.hasResult()) return folder.readResult();
    const checkpoint = folder.readCheckpoint();
    const opening = new Opening(folder.readOpening());
    const how = {
      plan: planRuns(random),
      proposes: true,
      settings: task.settings,
      labelWords: task.labelWords,
      now: nowOf(task),
      ran: task.scripts,
      opening,
    };
    return withExperiment(specOf(task), threads, frontEnd, how, async (experiment) => {
      const changes = changesSince(task, await describeTask(experiment, seed, random, threads));
      if (changes.length > 0) throw new CodedError('run.changed', { changes, command: `npx rlprompt optimize ${quote(task.specFile)}` });
      folder.reopen(checkpoint?.journalOffset ?? 0, checkpoint?.candidatesOffset);
      keepOpening(folder, opening);
      return train(experiment, folder, task, frontEnd, checkpoint);
    });
  });
}

/** What a resumed run need not ask again. */
function keepOpening(folder: RunFolder, opening: Opening): void {
  if (opening.grew) folder.writeOpening(opening.learned);
}

export interface EvaluateRequest {
  /** The spec itself, or the folder of a run, which then keeps the scores. */
  readonly task: Spec | string;
  readonly prompts: readonly string[];
  readonly threads: number;
}

/** Scores prompts, and no prompt, on every split. */
export async function evaluateJob({ task, prompts, threads }: EvaluateRequest, frontEnd: FrontEnd): Promise<PromptResult[]> {
  const run = typeof task === 'string' ? new RunFolder(task).readTask() : undefined;
  const spec = typeof task === 'string' ? specOf(run!) : task;
  const how = { plan: planEvaluation(prompts.length), now: run && nowOf(run), ran: run?.scripts, compare: prompts };
  return withExperiment(spec, threads, frontEnd, how, async (experiment) => {
    const results: RowResults[] = [];
    const log: RowLog = { known: () => undefined, keep: (more) => void results.push(...more) };
    const { prompts: scored, texts } = await evaluate(experiment, prompts, frontEnd.signal, log);
    if (typeof task === 'string') {
      const folder = new RunFolder(task);
      await folder.keepEvaluatedRows(headerFor(experiment.model, experiment.dataset), results);
      if (texts) await folder.keepEvaluatedTexts(texts);
      await keepEvaluated(
        folder,
        scored.filter(({ prompt }) => prompt !== ''),
      );
    }
    return scored;
  });
}

export function specOf(task: RunTask): Spec {
  return parseSpecValues(task.spec, task.specFile);
}

async function train(
  experiment: Experiment,
  folder: RunFolder,
  task: RunTask,
  frontEnd: RunFrontEnd,
  checkpoint?: SavedCheckpoint,
): Promise<RunResult> {
  frontEnd.opened(folder.path, task);
  // The journal is cut back to the checkpoint: what is left of it is the run so far.
  if (checkpoint) frontEnd.events(await readJournal(folder.path), true);
  const result = await runSearches(
    experiment,
    folder,
    {
      seed: task.seed,
      random: task.random,
      signal: frontEnd.signal,
      rankNow: frontEnd.rankNow,
      pause: () => frontEnd.pause?.(),
      onEvent: (event) => frontEnd.events([event], false),
      onNotes: (notes) => frontEnd.notes([...experiment.notes, ...notes], []),
    },
    checkpoint,
  );
  frontEnd.notes(result.notes, []);
  return result;
}

/** Downloads what is missing, opens data and models, tells what there is to know, asks before a server is used. */
async function withExperiment<T>(
  spec: Spec,
  threads: number,
  frontEnd: FrontEnd,
  how: Pick<OpenOptions, 'plan' | 'proposes' | 'runs' | 'settings' | 'labelWords' | 'now' | 'opening'> & {
    readonly ran?: RunTask['scripts'] | undefined;
    readonly compare?: readonly string[];
  },
  use: (experiment: Experiment) => Promise<T>,
): Promise<T> {
  const { signal, ask } = frontEnd;
  const scripts = await agreeToScripts(spec, frontEnd, how.ran);
  const proposing = how.proposes && spec.proposer !== undefined ? [spec.proposer] : [];
  await fetchHubModels([spec.taskModel, spec.policyModel, ...proposing, ...modelsOf(spec.metrics)], frontEnd);
  // Label words are those of a run of the spec, whatever is evaluated.
  const settled = await settleLabels(spec, threads, frontEnd, how.plan);
  // Texts are cut as in a run, or more if a prompt that is evaluated is longer than those of the spec.
  const roomy = { ...settled.spec, compare: [...settled.spec.compare, ...(how.compare ?? [])] };
  const experiment = await openExperiment(roomy, { threads }, { ...how, ...settled, scripts, signal, ask });
  try {
    frontEnd.status(`${describeClasses(spec, experiment.dataset)}.`);
    frontEnd.notes(experiment.notes, experiment.warnings);
    await agreeToServers(serversOf(experiment, settled.agreed === true), frontEnd);
    return await use(experiment);
  } finally {
    await experiment.release();
  }
}

/** The servers that a job will use: the task model, unless the user has agreed to it, those of metrics, and the one that proposes. */
function serversOf({ spec, preview, judges, proposals }: Experiment, agreed: boolean): Asked[] {
  return [
    ...(preview && !agreed ? [{ name: spec.taskModel, lines: describePreview(preview) }] : []),
    ...(agreed ? [] : describeJudges(judges)),
    ...(proposals ? [{ name: spec.proposer ?? spec.taskModel, lines: describeProposals(proposals) }] : []),
  ];
}
