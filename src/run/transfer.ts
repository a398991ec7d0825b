import { readModel } from '../model/local/modelFolder';
import { ModelError } from '../model/modelError';
import { AskError } from '../model/server/editorModel';
import { checkServerReferences } from '../model/server/reference';
import { Scorer, ScoringError, type PromptScore } from '../method/scorer';
import { loadDataset } from '../data/dataset';
import { TaskError } from '../spec/problem';
import { parseSpecValues } from '../spec/spec';
import { Declined } from './consent/declined';
import { cutNotes, type OpenTask } from '../model/door';
import { openTask } from '../model/openTask';
import { openTexts } from './open/openTexts';
import { agreeToScripts } from './consent/scripts';
import { agreeToServers, describeJudges } from './consent/servers';
import { modelsOf } from '../spec/generation';
import { word } from '../wording/wording';
import type { FrontEnd } from './frontEnd';
import { fetchHubModels } from './consent/hubModels';
import { planTest, preview, type JudgePreview } from './consent/preview';
import { describePreview } from './report/previewText';
import { meanInterval, wilson } from './report/statistics';
import { isBaseline, type PromptResult, type RunResult, type TransferScore } from './result/result';
import { RunFolder, StorageError } from './store/storage';
import { isTransfer, scoredColumns, type TransferModel, type TransferResult } from './store/transferFile';
import { hashData, nowOf } from './store/task';
import { noteText } from '../wording/note';

export interface TransferRequest {
  readonly folder: string;
  readonly models: readonly string[];
  /** Prompts of each search to take, the best; all when absent. */
  readonly top?: number | undefined;
  readonly threads: number;
}

/**
 * Scores a run's prompts on other task models. A model that fails, or that the user does not agree to, is a column with its
 * error. Columns of earlier transfers stay where prompts and data are the same. The run's folder keeps each column as soon as
 * it is there; where it cannot be written, `unsaved` says so, and the result is still worth showing.
 * @throws TaskError, ModelError; also on a reference that is not a server's or holds a key, which must not reach a file or a message
 */
export async function transferJob(
  request: TransferRequest,
  frontEnd: FrontEnd,
): Promise<{ result: TransferResult; unsaved: StorageError | undefined }> {
  checkServerReferences(request.models);
  const { signal, ask } = frontEnd;
  const folder = new RunFolder(request.folder);
  const task = folder.readTask();
  const result = folder.readResult();
  const spec = parseSpecValues(task.spec, task.specFile);
  const dataset = await loadDataset(spec);
  const { test } = dataset.splits;
  const date = nowOf(task);
  const now = await hashData(spec);
  const changed = Object.keys(now).filter((name) => now[name] !== task.data[name]);
  const prompts = chosen(result.prompts, request.top);
  const scripts = await agreeToScripts(spec, frontEnd, task.scripts);
  await fetchHubModels([spec.policyModel, ...modelsOf(spec.metrics)], frontEnd);
  const policy = await readModel(spec.policyModel, spec.folder);

  const created = new Date().toISOString();
  const rows = prompts.map(({ rank, prompt, origin }) => ({ rank, prompt, origin }));
  const columns = new Map(comparable(folder.readTransfer(), { prompts: rows, data: now }).map((model) => [model.reference, model]));
  for (const reference of new Set(request.models)) {
    if (reference === result.taskModel && changed.length === 0) continue;
    signal.throwIfAborted();
    columns.set(reference, newer(await column(reference), columns.get(reference)));
    await save();
  }
  return { result: table(), unsaved: request.models.length > 0 ? await save() : undefined };

  function table(): TransferResult {
    return {
      format: 1,
      created,
      spec: result.spec,
      ...(result.kind && { kind: result.kind }),
      template: result.template,
      testRows: test.labels.length,
      data: now,
      notes: changed.map((name) => word('run.dataChangedSince', { name })),
      prompts: rows,
      models: [ownColumn(result, prompts), ...columns.values()],
    };
  }

  async function save(): Promise<StorageError | undefined> {
    try {
      await saveTransfer(folder, table(), request.models);
      return undefined;
    } catch (error) {
      if (error instanceof StorageError) return error;
      throw error;
    }
  }

  async function column(reference: string): Promise<TransferModel> {
    let open: (OpenTask & { readonly judges?: readonly JudgePreview[] }) | undefined;
    try {
      await fetchHubModels([reference], frontEnd);
      const plan = planTest(prompts.length, dataset);
      const texts = prompts.map(({ prompt }) => prompt);
      // Room is kept for these prompts, so that every model sees as much of each text as it can.
      const needs = {
        spec: { ...spec, taskModel: reference, compare: texts, prompt: { ...spec.prompt, length: 0 } },
        classes: dataset.classes,
        samples: test.texts,
        policy,
        mostQueries: plan.total,
        now: date,
        addMask: true,
      };
      const compute = { threads: request.threads };
      const task: typeof open =
        spec.kind === 'generation'
          ? await openTexts(needs, dataset, compute, { signal, ask, scripts })
          : await openTask(needs, compute, { signal, ask });
      open = task;
      const set = task.model.rows(test.texts, test.references);
      const cut = cutNotes('test', set, task.context);
      frontEnd.status(word('run.scoringOn', { model: reference }));
      await agreeToServers(
        [
          ...(task.pace ? [{ name: reference, lines: describePreview(preview(plan, task.pace)) }] : []),
          ...describeJudges(task.judges ?? []),
        ],
        frontEnd,
      );
      const scorer = new Scorer(task.model, { set, labels: test.labels }, 'rows');
      const scores = await scorer.score(
        texts.map((text) => task.encodePrompt(text)),
        signal,
      );
      return {
        reference,
        own: false,
        notes: [...[...cut, ...task.notes()].map(noteText), ...task.warnings.map(({ field, message }) => `${field}: ${message}`)],
        scores: scores.map((one) => score(one, test.labels.length)),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (!OF_ONE_MODEL.some((kind) => error instanceof kind)) throw error;
      return { reference, own: false, notes: [], error: complaint(error as Error), scores: [] };
    } finally {
      await open?.model.release();
    }
  }
}

/** Errors that concern one model only. */
const OF_ONE_MODEL = [ModelError, TaskError, ScoringError, AskError, Declined];

/** Of the prompts that have a held-out score, the best `top` of each search, and all that were there before. */
function chosen(all: readonly PromptResult[], top = Infinity): PromptResult[] {
  const prompts = all.filter(({ test }) => test);
  const sameSearch = (prompt: PromptResult): PromptResult[] => prompts.filter(({ origin }) => origin === prompt.origin);
  return prompts.filter((prompt) => isBaseline(prompt) || sameSearch(prompt).indexOf(prompt) < top);
}

function ownColumn(result: RunResult, prompts: readonly PromptResult[]): TransferModel {
  const scores = prompts.map(({ test }) => test && { accuracy: test.accuracy, interval: test.interval, n: test.n });
  return {
    reference: result.taskModel,
    own: true,
    notes: [],
    scores: scores.filter((one): one is TransferScore => one !== undefined),
  };
}

/** The columns of other models in an earlier table with the same prompts and data. */
function comparable(earlier: TransferResult | undefined, { prompts, data }: Pick<TransferResult, 'prompts' | 'data'>): TransferModel[] {
  if (!earlier || JSON.stringify([earlier.prompts, earlier.data]) !== JSON.stringify([prompts, data])) return [];
  return scoredColumns(earlier).map(({ error: _, ...model }) => model);
}

/** A model that fails keeps its earlier scores. */
function newer(now: TransferModel, earlier: TransferModel | undefined): TransferModel {
  return now.error === undefined || !earlier ? now : { ...earlier, error: now.error };
}

function score({ accuracy, missing = 0, failed = [], scores }: PromptScore, rows: number): TransferScore {
  const n = rows - missing;
  const interval = scores
    ? meanInterval(
        scores.filter((_, row) => !failed.includes(row)),
        [0, 1],
      )
    : wilson(Math.round(accuracy * n), n);
  return { accuracy, interval, n };
}

/** What is wrong, without a place in the spec, which is not at fault if it does not suit another model. */
function complaint(error: Error): string {
  if (!(error instanceof TaskError)) return error.message;
  return error.problems
    .map(
      ({ message, found, expected }) =>
        message + (found === undefined ? '' : ` (found ${found})`) + (expected === undefined ? '' : `; expected ${expected}`),
    )
    .join('. ');
}

/**
 * Writes `transfer.json`. Another job may have written columns since this one began: of models other than those asked for
 * here, the file's columns stay, and so does a table with scores where this one has none. @throws StorageError
 */
function saveTransfer(folder: RunFolder, result: TransferResult, references: readonly string[]): Promise<void> {
  return folder.update<TransferResult>('transfer.json', isTransfer, (before) => {
    if (before && scoredColumns(before).length > 0 && scoredColumns(result).length === 0) return before;
    const columns = new Map(result.models.filter(({ own }) => !own).map((model) => [model.reference, model]));
    for (const model of comparable(before, result)) if (!references.includes(model.reference)) columns.set(model.reference, model);
    return { ...result, models: [...result.models.filter(({ own }) => own), ...columns.values()] };
  });
}
