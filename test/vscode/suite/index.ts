import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';

/** A test and how it ended; the format of the result file, an array of these. */
interface Outcome {
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'pending';
  readonly milliseconds: number;
  readonly message?: string;
}

/**
 * What VS Code calls in the extension host. The outcomes are written to $RLPROMPT_SUITE_RESULT when all is over, since VS Code
 * reports a crash of the extension host as success.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 60_000, ...only() });
  for (const file of testFiles()) mocha.addFile(file);
  const outcomes: Outcome[] = [];
  const add = (test: Mocha.Test, state: Outcome['state'], message?: string): void => {
    outcomes.push({ title: test.fullTitle(), state, milliseconds: test.duration ?? 0, ...(message === undefined ? {} : { message }) });
  };
  const failed = await new Promise<number>((resolve) => {
    mocha
      .run(resolve)
      .on('pass', (test) => add(test, 'passed'))
      .on('pending', (test) => add(test, 'pending'))
      .on('fail', (test, error: Error) => add(test, 'failed', error.stack ?? error.message));
  });
  const result = process.env.RLPROMPT_SUITE_RESULT;
  if (result !== undefined) writeFileSync(result, JSON.stringify(outcomes));
  if (failed > 0) throw new Error(`${failed} failed`);
}

function testFiles(): string[] {
  return readdirSync(__dirname)
    .filter((name) => name.endsWith('.test.js'))
    .sort()
    .map((name) => join(__dirname, name));
}

function only(): { fgrep?: string } {
  const text = process.env.RLPROMPT_TEST_ONLY;
  return text === undefined || text === '' ? {} : { fgrep: text };
}
