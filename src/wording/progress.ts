import { count, percent, type Unit } from './numbers';

/** Queries that a search has used, or the texts that they are, out of its budget where it has one of its own. */
interface Spent {
  readonly used: number;
  readonly budget?: number;
  readonly unit: Unit;
}

/** The best estimate so far; of a step before the first one, its mean reward. */
type Level = { readonly estimate: number } | { readonly reward: number };

const quote = (prompt: string): string => JSON.stringify(prompt);
const after = ({ used, budget, unit }: Spent): string =>
  `after ${count(used)}${budget === undefined ? '' : ` of ${count(budget)}`} ${unit}`;
const level = (best: Level): string =>
  'estimate' in best ? `best estimate ${percent(best.estimate)}` : `reward ${best.reward.toFixed(1)}`;

/** What the command line says while a run works. */
export const progressWording = {
  'progress.rows': ({ pool, test, actions }: { pool: number; test: number; actions: number }) =>
    `Rows: ${count(pool)} in the pool (train and validation), ${count(test)} held out. A prompt is made of ${count(actions)} tokens.`,
  'progress.baseline': ({ prompt, estimate, gap }: { prompt: string; estimate: number; gap: number | undefined }) =>
    `Baseline ${prompt === '' ? '(no prompt)' : quote(prompt)}: estimate ${percent(estimate)}${gap === undefined ? '' : `, gap ${gap.toFixed(3)}`}`,
  'progress.starts': ({ prompts, best, estimate, rows }: { prompts: number; best: string; estimate: number; rows: number }) =>
    `Starting prompts: ${prompts}, the best so far ${quote(best)}: estimate ${percent(estimate)}, from ${count(rows)} rows`,
  'progress.step': ({ best, ...spent }: Spent & { best: Level }) => `${level(best)} ${after(spent)}`,
  'progress.reflectStep': ({ estimate, calls, ...spent }: Spent & { estimate: number; calls: number }) =>
    `reflection: ${level({ estimate })} ${after(spent)}, ${count(calls)} requests to the proposer`,
  'progress.controlStep': ({ control, best, ...spent }: Spent & { control: string; best: Level }) =>
    `${control}: ${level(best)} ${after(spent)}`,
  'progress.policy': ({ accuracy }: { accuracy: number }) => `a prompt for each validation row: ${percent(accuracy)}`,
  'progress.left': ({ time }: { time: string }) => `${time} left`,
  'progress.reflect': () => 'A model proposes prompts from the mistakes of others …',
  'progress.single': ({ unit }: { unit: Unit }) => `The best single prompt, on the same number of ${unit} …`,
  'progress.random': ({ unit }: { unit: Unit }) => `Random search on the same number of ${unit} …`,
  'progress.ranking': ({ why }: { why: string | undefined }) =>
    `${why === undefined ? '' : `The search has ended (${why}). `}Choosing among the best …`,
  'progress.test': () => 'Scoring the best on the held-out test rows …',
  'progress.resumes': ({ step, of }: { step: number; of: number }) => `Resumes after step ${step} of ${of}.`,
};
