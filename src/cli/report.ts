import { resolve } from 'node:path';
import { csvTable, markdownTable, summary, textTable } from '../run/report';
import type { RunResult } from '../run/result';
import { RunFolder } from '../run/storage';
import type { Command } from './arguments';

/** Prints the table of a run on disk. */
export function report(command: Extract<Command, { name: 'report' }>): number {
  const result = finishedRun(command.folder).result;
  if (command.format === 'csv') process.stdout.write(csvTable(result.prompts));
  else if (command.format === 'markdown') process.stdout.write(`${markdownTable(result.prompts)}\n`);
  else printResult(result);
  return 0;
}

export function printResult(result: RunResult): void {
  process.stdout.write(`${textTable(result.prompts)}\n\n${summary(result)}\n`);
}

/** @throws Error when the folder is no run, or one without a result yet */
export function finishedRun(path: string): { folder: RunFolder; result: RunResult } {
  const folder = new RunFolder(resolve(path));
  folder.readTask();
  try {
    return { folder, result: folder.readResult() as RunResult };
  } catch {
    throw new Error(`${folder.path} has no result yet. Take the run up: rlprompt optimize --resume ${path}`);
  }
}
