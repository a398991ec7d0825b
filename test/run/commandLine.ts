import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunEvent } from '../../src/run/events';
import { within } from '../until';

const CLI = resolve('dist/cli.js');

export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built command line. */
export function start(...args: string[]): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const finished = new Promise<Finished>((done) => child.on('close', (status, signal) => done({ status, signal, stdout, stderr })));
  return { child, finished };
}

export function rlprompt(...args: string[]): Promise<Finished> {
  return start(...args).finished;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'rlprompt-test-'));
}

/** A small task on the sentiment example's data, in a folder of its own. */
export function smallTask(folder: string, search: object = {}, more: object = {}): string {
  const data = (name: string): string => resolve('examples/sentiment', name);
  const spec = {
    data: {
      train: data('train.csv'),
      validation: data('validation.csv'),
      test: data('test.csv'),
      rowsPerClass: { train: 8, validation: 8 },
      testRows: 20,
    },
    labels: { negative: 'terrible', positive: 'great' },
    template: '{input} {prompt}',
    prompt: { length: 2 },
    compare: ['Overall'],
    policy: { hiddenSize: 64 },
    search: { steps: 25, promptsPerStep: 4, queryBudget: 20_000, validateEvery: 5, warmStart: false, ...search },
    ...more,
  };
  const file = join(folder, 'small.prompt-task.json');
  writeFileSync(file, JSON.stringify(spec, null, 2));
  return file;
}

/** Waits until a run's journal says something, at most a minute; fails if the process ends first. */
export async function untilJournal(
  { child, finished }: ReturnType<typeof start>,
  folder: string,
  says: (text: string) => boolean,
): Promise<void> {
  const file = join(folder, 'events.jsonl');
  const read = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const end = Date.now() + 60_000;
  while (!says(read())) {
    if (child.exitCode !== null) throw new Error(`ended before that: ${(await finished).stderr}`);
    if (Date.now() > end) throw new Error(`not within a minute: ${read()}`);
    await new Promise((wake) => setTimeout(wake, 2));
  }
}

/**
 * Kills a run with SIGKILL at a change of a file in its folder: the one after `changes` others once its journal has more than so many
 * lines. Resolves to whether it did: a run may end before.
 */
export async function killAt(
  { child, finished }: ReturnType<typeof start>,
  folder: string,
  { lines, changes }: { readonly lines: number; readonly changes: number },
): Promise<boolean> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'events.jsonl');
  const written = (): number => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);
  const watcher = watch(folder);
  const killed = new Promise<void>((resolve) => {
    let left = changes;
    watcher.on('change', () => {
      if (written() <= lines || left-- > 0) return;
      child.kill('SIGKILL');
      resolve();
    });
  });
  try {
    await within(`line ${lines + 1} of ${file} and ${changes} changes after it`, Promise.race([killed, finished]));
  } finally {
    watcher.close();
  }
  return (await finished).signal === 'SIGKILL';
}

/** The journal without what depends on the clock. */
export function journal(folder: string): object[] {
  const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const { seconds: _s, milliseconds: _m, ...rest } = JSON.parse(line) as RunEvent & { seconds?: number; milliseconds?: object };
    return rest;
  });
}
