import { createInterface } from 'node:readline/promises';
import type { Experiment } from '../run/experiment';
import type { Preview } from '../run/preview';
import { formatProblem } from '../task/problem';
import { duration, Progress } from './progress';

/** What every command shows goes through here: standard error, so that standard output holds results alone. */
export const progress = new Progress(process.stderr);

/** A person said no. */
export class Declined extends Error {}

/** Shows what is to be known before a run, and asks whether to go on where a server will be asked for much. */
export async function introduce(
  { warnings, notes, preview }: Pick<Experiment, 'warnings' | 'notes' | 'preview'>,
  yes: boolean,
): Promise<void> {
  for (const warning of warnings) progress.line(formatProblem(warning));
  for (const note of notes) progress.line(`Note: ${note}.`);
  if (!preview) return;
  for (const line of describe(preview)) progress.line(line);
  if (yes || !process.stdin.isTTY || !process.stderr.isTTY) return;
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await questions.question('Go on? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw new Declined('Nothing more was sent.');
  } finally {
    questions.close();
  }
}

/** What will be asked of a server, for people. */
export function describe({ name, queries, seconds, tokens, queriesPerSecond, tokensCounted, keyFrom }: Preview): string[] {
  const parts = [
    queries.search > 0 ? `search ${count(queries.search)}` : '',
    queries.random > 0 ? `random search ${count(queries.random)}` : '',
    queries.baselines > 0 ? `given prompts ${count(queries.baselines)}` : '',
    queries.test > 0 ? `test rows ${count(queries.test)}` : '',
  ].filter(Boolean);
  return [
    `${name}${keyFrom === undefined ? ', without a key' : `, with the key of ${keyFrom}`}:`,
    `  at most ${count(queries.total)} queries (${parts.join(', ')}); more are never sent`,
    `  about ${duration(seconds)} at the measured ${queriesPerSecond.toFixed(queriesPerSecond < 10 ? 1 : 0)} queries a second`,
    `  about ${count(round(tokens))} tokens (${tokensCounted ? 'as the server counts them' : 'a fourth of the characters; the server does not count them'})`,
  ];
}

/** To two digits: an estimate should look like one. */
function round(n: number): number {
  return Number(n.toPrecision(2));
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
