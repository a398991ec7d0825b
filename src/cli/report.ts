import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { otherTrainer, trainerName } from '../run/store/lock';
import { exportRun } from '../run/report/exportRun';
import { csvTable, summary, textTable } from '../run/report/report';
import type { RunResult } from '../run/result/result';
import { quote } from '../run/report/shell';
import { RunFolder } from '../run/store/storage';
import { runsOnSameRows } from '../run/store/sameRows';
import { sizeText } from '../run/store/size';
import { verdictOf, type Verdict } from '../run/result/verdict';
import { CodedError } from '../wording/wording';
import type { Command } from './arguments';
import { noteLine, progress } from './frontEnd';

/** Prints the table of a run on disk, or writes its report. */
export async function report({ folder: path, format, file }: Extract<Command, { name: 'report' }>): Promise<number> {
  const { result, folder } = finishedRun(path);
  const judged = withVerdict(result, folder.path);
  if (format === 'csv') process.stdout.write(csvTable(result.prompts, judged.verdict));
  else if (format === 'text') {
    printResult(judged);
    process.stdout.write(`${sizeText(folder.path)}.\n`);
  } else {
    const text = await exportRun(folder.path, format);
    if (file === undefined) process.stdout.write(text);
    else {
      write(file, text);
      progress.line(`Saved in ${file}.`);
    }
  }
  for (const note of result.notes) progress.line(noteLine(note));
  return 0;
}

/** @throws CodedError when the file cannot be written */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new CodedError('run.cannotWriteFile', { file, code, reason: message });
  }
}

/** A result as the command line shows it. */
export type JudgedResult = RunResult & { readonly verdict?: Verdict };

export function withVerdict(result: RunResult, folder: string): JudgedResult {
  const verdict = verdictOf(result, runsOnSameRows(folder));
  return { ...result, ...(verdict && { verdict }) };
}

export function printResult(result: JudgedResult): void {
  process.stdout.write(`${textTable(result.prompts)}\n\n${summary(result, result.verdict)}\n`);
}

/** @throws CodedError when the folder is not a run, or has no result that can be read */
export function finishedRun(path: string): { folder: RunFolder; result: RunResult } {
  const folder = new RunFolder(resolve(path));
  folder.readTask();
  if (folder.hasResult()) return { folder, result: folder.readResult() };
  const trainer = otherTrainer(folder.path);
  if (trainer) throw new CodedError('run.stillTraining', { folder: folder.path, trainer: trainerName(trainer) });
  throw new CodedError('run.noResultYet', { folder: folder.path, quoted: quote(path) });
}
