import { createInterface } from 'node:readline/promises';
import { Declined } from '../run/declined';
import type { Experiment } from '../run/experiment';
import { describePreview } from '../run/previewText';
import { formatProblem } from '../task/problem';
import { Progress } from './progress';

/** What every command shows goes through here: standard error, so that standard output holds results alone. */
export const progress = new Progress(process.stderr);

/** Shows what is to be known before a run, and asks whether to go on where a server will be asked for much. */
export async function introduce(
  { warnings, notes, preview }: Pick<Experiment, 'warnings' | 'notes' | 'preview'>,
  yes: boolean,
): Promise<void> {
  for (const warning of warnings) progress.line(formatProblem(warning));
  for (const note of notes) progress.line(`Note: ${note}.`);
  if (!preview) return;
  for (const line of describePreview(preview)) progress.line(line);
  if (yes || !process.stdin.isTTY || !process.stderr.isTTY) return;
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await questions.question('Go on? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw new Declined('Nothing more was sent.');
  } finally {
    questions.close();
  }
}
