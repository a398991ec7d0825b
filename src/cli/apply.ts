import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { readInputs } from '../data/inputs';
import { applyJob, specOfPolicy, type Applied } from '../run/apply';
import { RunFolder } from '../run/store/storage';
import { templateText } from '../spec/template';
import type { Command } from './arguments';
import { TerminalFrontEnd } from './frontEnd';

/** Prints the prompts that a run's policy gives to inputs; resolves to the exit status. */
export async function applyPolicy(command: Extract<Command, { name: 'apply' }>): Promise<number> {
  const { file, json } = command;
  const folder = new RunFolder(resolve(command.folder));
  const spec = specOfPolicy(folder);
  const rows = file === undefined ? undefined : await readInputs(spec, resolve(file), file);
  const inputs = rows ? rows.map(({ text }) => text) : command.inputs;
  const threads = command.threads ?? availableParallelism();
  const terminal = new TerminalFrontEnd(command);
  const applied = await terminal.whileListening(() => applyJob({ folder, inputs, threads }, terminal));
  if (json) {
    const all = applied.map((one, i) => ({ ...(rows && { line: rows[i]!.line }), ...one }));
    process.stdout.write(`${JSON.stringify({ format: 1, inputs: all }, null, 2)}\n`);
  } else process.stdout.write(applied.map(plain).join('\n'));
  return 0;
}

/** The prompt on a line of its own, then the filled template. */
function plain({ prompt, filled }: Applied): string {
  return `${prompt}\n${templateText(filled)}\n`;
}
