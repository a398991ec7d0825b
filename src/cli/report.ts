import { resolve } from 'node:path';
import { otherTrainer, trainerName } from '../run/store/lock';
import { csvTable, markdownTable, summary, textTable } from '../run/report/report';
import type { RunResult } from '../run/result';
import { quote } from '../run/report/shell';
import { RunFolder } from '../run/store/storage';
import type { Command } from './arguments';
import { progress } from './frontEnd';

/** Prints the table of a run on disk. */
export function report(command: Extract<Command, { name: 'report' }>): number {
  const result = finishedRun(command.folder).result;
  if (command.format === 'csv') process.stdout.write(csvTable(result.prompts));
  else if (command.format === 'markdown') process.stdout.write(`${markdownTable(result.prompts)}\n`);
  else printResult(result);
  for (const note of result.notes) progress.line(`Note: ${note}.`);
  return 0;
}

export function printResult(result: RunResult): void {
  process.stdout.write(`${textTable(result.prompts)}\n\n${summary(result)}\n`);
}

/** @throws Error when the folder is not a run, or has no result that can be read */
export function finishedRun(path: string): { folder: RunFolder; result: RunResult } {
  const folder = new RunFolder(resolve(path));
  folder.readTask();
  if (folder.hasResult()) return { folder, result: folder.readResult() };
  const trainer = otherTrainer(folder.path);
  throw new Error(
    `${folder.path} has no result yet${trainer ? `: ${trainerName(trainer)} is training it. Wait for it to end.` : `. Resume the run: npx rlprompt optimize --resume ${quote(path)}`}`,
  );
}
