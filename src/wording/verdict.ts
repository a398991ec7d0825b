import { amount, count, percent } from './numbers';

interface Score {
  /** In quotes, or how a task without a prompt is called. */
  readonly name: string;
  readonly accuracy: number;
}

interface Comparison extends Score {
  readonly difference: number;
  /** Absent in results that do not have the counts for it. */
  readonly interval?: readonly [number, number] | undefined;
}

interface HeldOut {
  readonly winner: Score & { readonly interval: readonly [number, number]; readonly n: number };
  readonly rival: Comparison | undefined;
  /** Runs that were scored on these held-out rows so far. */
  readonly runs: number;
}

interface Outlook {
  readonly accuracy: number;
  readonly interval: readonly [low: number, high: number];
  readonly n: number;
  readonly majority: number;
}

/** Verdicts on a run: a title, and a text that says what the held-out rows show. */
export const verdictWording = {
  'verdict.better': ({ rival }: { rival: string }) =>
    `Better than ${({ manual: 'your own prompts', start: 'the starting prompts', single: 'the best single prompt' } as Partial<Record<string, string>>)[rival] ?? 'no prompt'}`,
  'verdict.noDifference': () => 'No proven difference',
  'verdict.worse': ({ rival }: { rival: string }) =>
    `Worse than ${({ manual: 'your own prompt', start: 'a starting prompt', single: 'the best single prompt' } as Partial<Record<string, string>>)[rival] ?? 'no prompt'}`,
  'verdict.withoutPrompt': () => 'the task without a prompt',
  'verdict.perInput': () => 'a prompt for each input',
  'verdict.atChance': () => 'Not better than chance',
  'verdict.tooFew': () => 'Too few held-out rows to tell',
  'verdict.yours': () => 'Your own prompt ranks first',
  'verdict.start': () => 'A starting prompt ranks first',
  'verdict.noPrompt': () => 'The search found nothing better than no prompt',
  'verdict.compared': ({ winner, rival, runs }: HeldOut) =>
    `${scored(winner)}${rival ? ` and ${rival.name} ${percent(rival.accuracy)}, a difference of ${points(rival.difference)} points${rival.interval ? ` (${interval(rival.interval.map(points), runs)})` : ''}` : ''}.`,
  'verdict.againstChance': ({ winner, runs, majority, isSure }: HeldOut & { majority: number; isSure: boolean }) =>
    `${scored(winner)} (${interval(winner.interval.map(percent), runs)}). Always answering the most common class scores ${percent(majority)}. ${isSure ? 'The task model is probably too small for this task, or its label words do not fit.' : 'More rows would show whether the prompt does better.'}`,
  'verdict.unequalClasses': ({ name, majority, accuracy, classes }: Score & { majority: number; classes: number }) =>
    `Always answering the most common class scores ${percent(majority)}. Where each class counts the same (balanced accuracy), that scores ${percent(1 / classes)}, and ${name} ${percent(accuracy)}.`,
  'verdict.notAboveChanceSoFar': ({ accuracy, interval: [, high], n, majority }: Outlook) =>
    `Not above chance so far: the best prompt gets ${percent(accuracy)} of ${count(n)} rows right (95% interval up to ${percent(high)}), and always answering the most common class ${percent(majority)}. A prompt may still help; another model is more likely to.`,
  'verdict.next': ({ next }: { next: readonly (keyof typeof STEPS)[] }) => `To try next: ${next.map((step) => STEPS[step]).join(', ')}.`,
  'verdict.demonstration': ({ model }: { model: string }) => `${model} is a small demonstration model.`,
};

const STEPS = {
  labels: 'other label words ("labels")',
  length: 'a longer prompt ("prompt.length")',
  data: 'more rows ("data")',
  model: 'another model ("taskModel")',
};

function scored({ name, accuracy, n }: HeldOut['winner']): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)} scores ${percent(accuracy)} on ${amount(n, 'held-out row')}`;
}

function interval(ends: readonly string[], runs: number): string {
  return `95% interval ${ends.join(' to ')}${runs > 1 ? `, widened for ${runs} runs on these rows` : ''}`;
}

function points(difference: number): string {
  const size = (100 * Math.abs(difference)).toFixed(1);
  return `${size === '0.0' ? '±' : difference < 0 ? '−' : '+'}${size}`;
}
