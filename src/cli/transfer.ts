import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { transferCsv, transferMarkdown, transferText } from '../run/report/transferReport';
import { scoredColumns, type TransferResult } from '../run/store/transferFile';
import { transferJob } from '../run/transfer';
import type { Command } from './arguments';
import { progress, TerminalFrontEnd } from './frontEnd';
import { finishedRun } from './report';

const FORMATS = {
  json: (result: object) => `${JSON.stringify(result, null, 2)}\n`,
  csv: transferCsv,
  markdown: (result: TransferResult) => `${transferMarkdown(result)}\n`,
  text: (result: TransferResult) => `${transferText(result)}\n`,
};

/** Scores a run's prompts on other task models; resolves to the exit status. */
export async function transferPrompts(command: Extract<Command, { name: 'transfer' }>): Promise<number> {
  const { models, top } = command;
  const folder = finishedRun(command.folder).folder.path;
  const terminal = new TerminalFrontEnd(command);
  const threads = command.threads ?? availableParallelism();
  const { result, unsaved } = await terminal.whileListening(() => transferJob({ folder, models, top, threads }, terminal));
  process.stdout.write(FORMATS[command.format](result));
  if (unsaved) throw unsaved;
  if (scoredColumns(result).length > 0) progress.line(`\nSaved in ${join(folder, 'transfer.json')}`);
  return result.models.some(({ error }) => error !== undefined) ? 1 : 0;
}
