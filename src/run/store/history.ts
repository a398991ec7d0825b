import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PromptRow } from '../view/runView';
import type { JournalEvent } from '../events';
import type { RunResult } from '../result/result';
import { readLabel } from './label';
import { parseResult } from './resultFile';
import { runsOnSameRows } from './sameRows';
import { sizeText } from './size';
import { parseEvaluated, parseTask } from './taskFile';
import { parseTransfer, scoredColumns, type TransferResult } from './transferFile';
import { otherTrainer } from './lock';
import { RunViewBuilder } from '../view/view';

/** The name of a task: its spec's file name without the ending. */
export function taskName(specFile: string): string {
  return basename(specFile).replace(/\.prompt-task\.json$/, '');
}

/** Folders of runs in a folder such as `.rlprompt/runs`; none if it does not exist. */
export async function listRuns(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
}

/** Reads a run from disk, whatever its state. @throws CodedError when the folder is not a run */
export async function readRun(folder: string): Promise<RunViewBuilder> {
  const task = parseTask(await readFile(join(folder, 'task.json'), 'utf8').catch(() => ''), folder);
  const builder = new RunViewBuilder(folder, taskName(task.specFile), task.specFile);
  builder.describe(task);
  builder.set(await readLabel(folder));
  const elsewhere = otherTrainer(folder) !== undefined;
  builder.set({ state: elsewhere ? 'elsewhere' : 'interrupted', resumable: !elsewhere });
  for (const event of await readJournal(folder)) builder.apply(event);
  const result = await readResult(folder);
  if (result instanceof Error) {
    // A finished run whose result cannot be read; no checkpoint can restore it.
    if (!elsewhere) builder.set({ state: 'failed', resumable: false, secondsLeft: null, error: result.message });
  } else if (result) builder.finish(result, runsOnSameRows(folder));
  else if (!elsewhere) builder.set({ secondsLeft: null });
  if (!elsewhere) builder.set({ size: sizeText(folder) });
  builder.addEvaluated(parseEvaluated(await readFile(join(folder, 'evaluated.json'), 'utf8').catch(() => '')));
  const transfer = parseTransfer(await readFile(join(folder, 'transfer.json'), 'utf8').catch(() => ''));
  if (transfer) builder.setTransfer(columns(transfer));
  return builder;
}

/** The columns of other models, by the prompts' texts; the run's own is in the table already. */
function columns(transfer: TransferResult): Map<string, NonNullable<PromptRow['transfer']>> {
  const others = scoredColumns(transfer);
  return new Map(
    transfer.prompts.map(({ prompt }, i) => [prompt, Object.fromEntries(others.map(({ reference, scores }) => [reference, scores[i]!]))]),
  );
}

/** The lines of a journal, without one that a crash cut short. */
export async function readJournal(folder: string): Promise<JournalEvent[]> {
  const text = await readFile(join(folder, 'events.jsonl'), 'utf8').catch(() => '');
  const events: JournalEvent[] = [];
  for (const line of text.split('\n')) {
    try {
      if (line) events.push(JSON.parse(line) as JournalEvent);
    } catch {
      break;
    }
  }
  return events;
}

/** Undefined where there is none; the error where it cannot be read. */
async function readResult(folder: string): Promise<RunResult | Error | undefined> {
  const file = join(folder, 'result.json');
  try {
    return parseResult(await readFile(file, 'utf8'), file);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : (error as Error);
  }
}
