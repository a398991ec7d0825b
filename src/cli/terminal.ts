import { createInterface } from 'node:readline/promises';
import { Declined } from '../run/declined';
import type { Experiment } from '../run/experiment';
import { describePreview } from '../run/report/previewText';
import { formatProblem } from '../spec/problem';
import { Progress } from './progress';

/** What every command shows goes through here: standard error, so that standard output holds results alone. */
export const progress = new Progress(process.stderr);

/**
 * Shows what is to be known before a run, and asks whether to go on where a server will be asked; RLPROMPT_YES=1 says yes as `yes` does.
 * @throws Declined on a no, and where nobody can be asked
 */
export async function introduce(
  { warnings, notes, preview }: Pick<Experiment, 'warnings' | 'notes' | 'preview'>,
  yes: boolean,
): Promise<void> {
  for (const warning of warnings) progress.line(formatProblem(warning));
  for (const note of notes) progress.line(`Note: ${note}.`);
  if (!preview) return;
  for (const line of describePreview(preview)) progress.line(line);
  if (yes || process.env.RLPROMPT_YES === '1') return;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new Declined('Nobody can be asked here whether to go on: pass --yes, or set RLPROMPT_YES=1, to agree. Nothing more was sent.');
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // The end of the input (Ctrl-D) is no yes.
    const closed = new Promise<string>((resolve) => questions.once('close', () => resolve('')));
    // Ctrl-C ends the whole command, where a no is of one model.
    const interrupted = new Promise<never>((_, reject) =>
      questions.once('SIGINT', () => reject(new Error('Stopped by Ctrl-C; nothing more was sent.'))),
    );
    const answer = await Promise.race([questions.question('Go on? [y/N] ').catch(() => ''), closed, interrupted]);
    if (!/^y(es)?$/i.test(answer.trim())) throw new Declined('Nothing more was sent.');
  } finally {
    questions.close();
  }
}
