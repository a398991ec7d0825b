import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readModel } from '../lm/modelFolder';
import { ModelError } from '../lm/modelError';
import { OPENAI_SCHEME, parseServerReference } from '../lm/server/reference';
import type { Compute } from '../lm/session';
import { Scorer } from '../reward/scorer';
import { loadDataset } from '../task/dataset';
import { TaskError } from '../task/problem';
import { parseSpecValues } from '../task/spec';
import { openTask, type Access, type OpenTask } from './openTask';
import { planTest, preview, type Preview } from './preview';
import type { Origin, PromptResult, RunResult } from './result';
import { wilson } from './statistics';
import { StorageError, type RunFolder } from './storage';
import { hashData, type RunTask } from './task';

/** `transfer.json` in a run's folder: its prompts on other task models, on the run's test rows. */
export interface TransferResult {
  readonly format: 1;
  readonly created: string;
  readonly spec: string;
  readonly template: string;
  readonly testRows: number;
  readonly notes: readonly string[];
  /** The rows of the table, as the run ranked them. */
  readonly prompts: readonly { readonly rank: number; readonly prompt: string; readonly origin: Origin }[];
  /** The columns: the model that the run searched on first, then those that were asked for. */
  readonly models: readonly TransferModel[];
}

export interface TransferModel {
  readonly reference: string;
  /** Whether the prompts were searched for on this model; its scores are the run's own. */
  readonly own: boolean;
  readonly notes: readonly string[];
  /** Why there are no scores. */
  readonly error?: string;
  /** One for each prompt; empty after an error. */
  readonly scores: readonly TransferScore[];
}

export interface TransferScore {
  readonly accuracy: number;
  /** 95 % Wilson score interval. */
  readonly interval: readonly [number, number];
  /** Rows that were scored. */
  readonly n: number;
}

export interface TransferOptions extends Access {
  /** Prompts of the search to take, best first; all that the run ranked when absent. */
  readonly top?: number | undefined;
  /** Told when a model is open, before it is asked; may refuse by throwing. */
  readonly onOpen?: (model: { reference: string; notes: readonly string[]; preview: Preview | undefined }) => Promise<void> | void;
}

/**
 * Scores a run's prompts on other task models. A model that fails is a column with its error.
 * @throws TaskError, ModelError; also on a reference that is no server's or holds a key, which must not get into a file or a message
 */
export async function transfer(
  folder: RunFolder,
  references: readonly string[],
  compute: Compute,
  options: TransferOptions = {},
): Promise<TransferResult> {
  refuseKeys(references);
  const task = folder.readTask() as RunTask;
  const result = folder.readResult() as RunResult;
  const spec = parseSpecValues(task.spec, task.specFile);
  const dataset = await loadDataset(spec);
  const { test } = dataset.splits;
  const now = await hashData(spec);
  const changed = Object.keys(now).filter((name) => now[name] !== task.data[name]);
  const prompts = chosen(result.prompts, options.top);
  const policy = await readModel(spec.policyModel, spec.folder);

  const models: TransferModel[] = [ownColumn(result, prompts)];
  for (const reference of references) {
    if (reference === result.taskModel && changed.length === 0) continue;
    models.push(await column(reference));
  }
  return {
    format: 1,
    created: new Date().toISOString(),
    spec: result.spec,
    template: result.template,
    testRows: test.labels.length,
    notes: changed.map((name) => `the data file ${name} has changed since the run, so its own column is of other rows`),
    prompts: prompts.map(({ rank, prompt, origin }) => ({ rank, prompt, origin })),
    models,
  };

  async function column(reference: string): Promise<TransferModel> {
    let open: OpenTask | undefined;
    try {
      const plan = planTest(prompts.length, dataset);
      const texts = prompts.map(({ prompt }) => prompt);
      // Room is kept for these prompts, so that every model sees as much of each text as it can.
      const needs = {
        spec: { ...spec, taskModel: reference, compare: texts, prompt: { ...spec.prompt, length: 1 } },
        classes: dataset.classes,
        samples: test.texts,
        policy,
        mostQueries: plan.total,
        addMask: true,
      };
      const task = await openTask(needs, compute, options);
      open = task;
      await options.onOpen?.({ reference, notes: task.notes(), preview: task.pace && preview(plan, task.pace) });
      const scorer = new Scorer(task.model, { set: task.model.rows(test.texts), labels: test.labels }, 'rows');
      const scores = await scorer.score(
        texts.map((text) => task.encodePrompt(text)),
        options.signal,
      );
      return {
        reference,
        own: false,
        notes: [...task.notes(), ...task.warnings.map(({ field, message }) => `${field}: ${message}`)],
        scores: scores.map(({ accuracy, missing = 0 }) => score(accuracy, test.labels.length - missing)),
      };
    } catch (error) {
      if (!(error instanceof ModelError) && !(error instanceof TaskError)) throw error;
      return { reference, own: false, notes: [], error: complaint(error), scores: [] };
    } finally {
      await open?.model.release();
    }
  }
}

/** @throws ServerError, which does not repeat the reference */
export function refuseKeys(references: readonly string[]): void {
  for (const reference of references) if (reference.trim().toLowerCase().startsWith(OPENAI_SCHEME)) parseServerReference(reference);
}

/** The prompts of the search, as many as asked, with every other prompt of the table. */
function chosen(prompts: readonly PromptResult[], top = Infinity): PromptResult[] {
  const searched = prompts.filter(({ origin }) => origin === 'policy').slice(0, top);
  return prompts.filter((prompt) => prompt.origin !== 'policy' || searched.includes(prompt));
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

function score(accuracy: number, n: number): TransferScore {
  return { accuracy, interval: wilson(Math.round(accuracy * n), n), n };
}

/** The spec is not at fault when its task does not suit another model: its place says nothing here. */
function complaint(error: Error): string {
  if (!(error instanceof TaskError)) return error.message;
  return error.problems
    .map(
      ({ message, found, expected }) =>
        message + (found === undefined ? '' : ` (found ${found})`) + (expected === undefined ? '' : `; expected ${expected}`),
    )
    .join('. ');
}

/** Writes `transfer.json`, whole or not at all. @throws StorageError */
export function saveTransfer(folder: RunFolder, result: TransferResult): void {
  const path = folder.file('transfer.json');
  try {
    writeFileSync(`${path}.tmp`, `${JSON.stringify(result, null, 2)}\n`);
    renameSync(`${path}.tmp`, path);
  } catch (error) {
    rmSync(`${path}.tmp`, { force: true });
    throw new StorageError(folder.path, error);
  }
}
