import { availableParallelism } from 'node:os';
import { StorageError } from '../run/store/storage';
import { saveTransfer, transfer } from '../run/transfer';
import { transferCsv, transferMarkdown, transferText } from '../run/report/transferReport';
import type { Command } from './arguments';
import { fetchHubModels } from './consent';
import { finishedRun } from './report';
import { introduce, progress } from './terminal';

/** Scores a run's prompts on other task models; resolves to the exit status. */
export async function transferPrompts(command: Extract<Command, { name: 'transfer' }>): Promise<number> {
  const { folder } = finishedRun(command.folder);
  const threads = command.threads ?? availableParallelism();
  const result = await transfer(
    folder,
    command.models,
    { threads },
    {
      top: command.top,
      fetch: (reference) => fetchHubModels([reference], { yes: command.yes }),
      onOpen: async ({ reference, preview }) => {
        progress.line(`Scoring the run's prompts on ${reference} …`);
        await introduce({ warnings: [], notes: [], preview }, command.yes);
      },
      onColumn: async (result) => {
        try {
          await saveTransfer(folder, result, command.models);
        } catch (error) {
          if (!(error instanceof StorageError)) throw error;
          progress.line(error.message);
        }
      },
    },
  );
  // The table first: a folder that cannot be written must not cost what was computed.
  if (command.format === 'json') process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else if (command.format === 'csv') process.stdout.write(transferCsv(result));
  else process.stdout.write(`${(command.format === 'markdown' ? transferMarkdown : transferText)(result)}\n`);
  await saveTransfer(folder, result, command.models);
  progress.line(`\nSaved in ${folder.file('transfer.json')}`);
  return result.models.some(({ error }) => error !== undefined) ? 1 : 0;
}
