import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { evaluateJob } from '../run/jobs';
import { textTable } from '../run/report/report';
import { readSpec } from '../spec/spec';
import type { Command } from './arguments';
import { TerminalFrontEnd } from './frontEnd';

/** Scores given prompts; resolves to the exit status. */
export async function evaluatePrompts(command: Extract<Command, { name: 'evaluate' }>): Promise<number> {
  const terminal = new TerminalFrontEnd(command);
  const path = resolve(command.task);
  const task = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : await readSpec(path);
  const threads = command.threads ?? availableParallelism();
  const prompts = await terminal.whileListening(() => evaluateJob({ task, prompts: command.prompts, threads }, terminal));
  process.stdout.write(command.json ? `${JSON.stringify({ format: 1, prompts }, null, 2)}\n` : `${textTable(prompts)}\n`);
  return 0;
}
