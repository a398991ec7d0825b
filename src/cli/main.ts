import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunStopped } from '../run/optimize';
import { TaskError } from '../spec/problem';
import { CodedError } from '../wording/wording';
import { parseCommand, USAGE, UsageError } from './arguments';
import { applyPolicy } from './apply';
import { evaluatePrompts } from './evaluate';
import { optimize } from './optimize';
import { report } from './report';
import { quote } from '../run/report/shell';
import { progress } from './frontEnd';
import { transferPrompts } from './transfer';

/** Runs a command line; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = parseCommand(argv);
    switch (command.name) {
      case 'help':
        process.stdout.write(USAGE);
        return 0;
      case 'version':
        process.stdout.write(`${version()}\n`);
        return 0;
      case 'optimize':
        return await optimize(command);
      case 'evaluate':
        return await evaluatePrompts(command);
      case 'transfer':
        return await transferPrompts(command);
      case 'apply':
        return await applyPolicy(command);
      case 'report':
        return await report(command);
    }
  } catch (error) {
    progress.clear();
    return complain(error);
  }
}

function complain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`rlprompt: ${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (error instanceof RunStopped) {
    process.stderr.write(`Stopped at step ${error.step}. To resume: npx rlprompt optimize --resume ${quote(error.folder)}\n`);
    return 130;
  }
  if (error instanceof Error && error.name === 'AbortError') {
    process.stderr.write('Stopped.\n');
    return 130;
  }
  const debug = process.env.RLPROMPT_DEBUG && !(error instanceof CodedError);
  if (error instanceof TaskError) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`rlprompt: ${error instanceof Error ? (debug ? error.stack : error.message) : String(error)}\n`);
  return 1;
}

function version(): string {
  return (JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string }).version;
}
