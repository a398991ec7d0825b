import { resolve } from 'node:path';
import { otherTrainer, trainerName } from '../run/store/lock';
import { csvTable, markdownTable, summary, textTable } from '../run/report/report';
import type { RunResult } from '../run/result';
import { quote } from '../run/report/shell';
import { RunFolder } from '../run/store/storage';
import type { Command } from './arguments';
import { progress } from './terminal';

/** Prints the table of a run on disk. */
export function report(command: Extract<Command, { name: 'report' }>): number {
  const result = finishedRun(command.folder).result;
  if (command.format === 'csv') process.stdout.write(csvTable(result.prompts));
  else if (command.format === 'markdown') process.stdout.write(`${markdownTable(result.prompts)}\n`);
  else printResult(result);
  tellNotes(result);
  return 0;
}

export function printResult(result: RunResult): void {
  process.stdout.write(`${textTable(result.prompts)}\n\n${summary(result)}\n`);
}

/** A result's notes on standard error, less those that were told before; they count as told from here on. */
export function tellNotes({ notes }: Pick<RunResult, 'notes'>, told = new Set<string>()): void {
  for (const note of notes) if (!told.has(note)) progress.line(`Note: ${note}.`);
  for (const note of notes) told.add(note);
}

/** @throws Error when the folder is no run, or one without a result that can be read */
export function finishedRun(path: string): { folder: RunFolder; result: RunResult } {
  const folder = new RunFolder(resolve(path));
  folder.readTask();
  if (folder.hasResult()) return { folder, result: folder.readResult() as RunResult };
  const trainer = otherTrainer(folder.path);
  throw new Error(
    `${folder.path} has no result yet${trainer ? `: it is being trained by ${trainerName(trainer)}. Wait for its end.` : `. Take the run up: npx rlprompt optimize --resume ${quote(path)}`}`,
  );
}
