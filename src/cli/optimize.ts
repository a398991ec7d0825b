import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { optimizeJob, resumeJob } from '../run/jobs';
import { seedsSummary } from '../run/report/report';
import { summarizeSeeds } from '../run/report/seeds';
import { quote } from '../run/report/shell';
import type { RunResult } from '../run/result/result';
import { newRunPath, reproduceCommand } from '../run/start';
import { RunFolder } from '../run/store/storage';
import { word } from '../wording/wording';
import { budgetField } from '../spec/kind';
import { readSpec, type Spec } from '../spec/spec';
import type { Command } from './arguments';
import { progress, TerminalFrontEnd } from './frontEnd';
import { printResult, withVerdict, type JudgedResult } from './report';

type Optimize = Extract<Command, { name: 'optimize' }>;

/** Runs a search, of one seed or several, or resumes one; resolves to the exit status. */
export async function optimize(command: Optimize): Promise<number> {
  const terminal = new TerminalFrontEnd(command);
  return terminal.whileListening(() => (command.resume === undefined ? start(command, terminal) : resume(command, terminal)));
}

async function start(command: Optimize, terminal: TerminalFrontEnd): Promise<number> {
  const { json, random, steps, length, budget, maxMinutes, autoLabels } = command;
  const read = await readSpec(resolve(command.spec!));
  const spec = autoLabels ? { ...read, autoLabels } : read;
  if (steps !== undefined) spec.search.steps = steps;
  if (length !== undefined) spec.prompt.length = length;
  if (budget !== undefined) spec.search[budgetField(spec.kind)] = budget;
  if (maxMinutes !== undefined) spec.search.maxMinutes = maxMinutes;
  const threads = command.threads ?? availableParallelism();
  const seeds = command.seed !== undefined ? [command.seed] : (spec.search.seeds ?? [spec.search.seed]);
  const runs = seeds.map((seed) => ({ seed, folder: runPath(command, spec, seed, seeds.length > 1) }));
  const results: JudgedResult[] = [];
  try {
    await resumable(command, terminal, () =>
      optimizeJob({ spec, runs, random, threads }, terminal, (found, folder) => {
        const result = withVerdict(found, folder);
        results.push(result);
        showResult(result, json);
        if (result.status === 'failed') return;
        tellSaved(folder, { specFile: command.spec!, threads, result });
      }),
    );
  } catch (error) {
    // The seeds that are done are worth their table, whatever stopped this one.
    if (results.length > 0) printSeeds(results, json);
    // One that was interrupted is resumed.
    const next = runs[results.length];
    const interrupted = next !== undefined && new RunFolder(next.folder).hasCheckpoint();
    tellLeft(seeds, results.length + Number(interrupted));
    throw error;
  }
  printSeeds(results, json);
  tellLeft(seeds, results.length);
  return exitStatus(results.at(-1)!);
}

/** Names the seeds that a run of several did not come to. */
function tellLeft(seeds: readonly number[], begun: number): void {
  if (begun > 0 && begun < seeds.length) progress.line(word('run.seedsLeft', { seeds: seeds.slice(begun) }));
}

async function resume(command: Optimize, terminal: TerminalFrontEnd): Promise<number> {
  const folder = resolve(command.resume!);
  const result = withVerdict(await resumable(command, terminal, () => resumeJob({ folder, threads: command.threads }, terminal)), folder);
  showResult(result, command.json);
  if (command.json) printSeeds([result], true);
  if (result.status !== 'failed') tellSaved(folder, { threads: command.threads, result });
  return exitStatus(result);
}

function tellSaved(folder: string, how: Parameters<typeof reproduceCommand>[1]): void {
  progress.line(`\nSaved in ${folder}\nTo reproduce: ${reproduceCommand(new RunFolder(folder).readTask(), how)}`);
}

/** A run that fails, as when its server does, says how to resume it. */
async function resumable<T>({ allowScripts }: Optimize, terminal: TerminalFrontEnd, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const { folder, signal } = terminal;
    if (!signal.aborted && folder !== undefined && new RunFolder(folder).hasCheckpoint())
      progress.line(
        `To resume the run from its last checkpoint: npx rlprompt optimize --resume ${quote(folder)}${allowScripts ? ' --allow-scripts' : ''}`,
      );
    throw error;
  }
}

function showResult(result: JudgedResult, json: boolean): void {
  progress.clear();
  if (!json) printResult(result);
}

function exitStatus(result: RunResult): number {
  if (result.status !== 'failed') return 0;
  progress.line(`rlprompt: ${result.error}`);
  return 1;
}

/** Mean and spread of several seeds; as JSON, the results themselves with their verdicts. */
function printSeeds(results: readonly RunResult[], json: boolean): void {
  const all = summarizeSeeds(results);
  if (json) process.stdout.write(`${JSON.stringify(all ?? results[0], null, 2)}\n`);
  else if (all) process.stdout.write(`\n${seedsSummary(all)}\n`);
}

/** `.rlprompt/runs/ID` beside the spec, or --out (a folder in it for each of several seeds). */
function runPath(command: Optimize, spec: Spec, seed: number, several: boolean): string {
  if (command.out === undefined) return newRunPath(spec, seed);
  return several ? resolve(command.out, `seed-${seed}`) : resolve(command.out);
}
