import { word } from '../../wording/wording';
import { jointQuantile, pairedInterval, widened, wilson, type PairedTest } from '../report/statistics';
import { cut } from '../report/tables';
import { isBaseline, type Origin, type PerInputResult, type PromptResult, type RunResult, type TestScore } from './result';

/**
 * `atChance`: not above answers that do not depend on the text; `tooFew`: likewise, but on so few rows that it may well be. Else `yours`, `start`
 * and `noPrompt`: one of the user's prompts, a starting prompt, or no prompt ranks first; the rest compares a prompt that a
 * search found with the best baseline.
 */
export type VerdictKind = 'better' | 'noDifference' | 'worse' | 'atChance' | 'tooFew' | 'yours' | 'start' | 'noPrompt';

/** What is worth changing in the task: its label words, the prompt's length, its data or its task model. */
export type NextStep = 'labels' | 'length' | 'data' | 'model';

/** What the held-out rows say about the prompt that ranks first. Plain data. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly title: string;
  readonly text: string;
  readonly winner: Contender & { readonly interval: Interval; readonly n: number };
  /** What the winner has to beat: the best baseline or, if the winner is one, the best prompt found. */
  readonly rival?: Contender & { readonly origin: Origin; readonly difference: number; readonly interval?: Interval };
  /** The best prompt of each other search, unless it is the rival. */
  readonly others?: readonly (Contender & { readonly origin: Origin })[];
  /** Accuracy of always answering the most common class. */
  readonly majority: number;
  /** Runs scored on the same held-out rows up to this one; the intervals hold for all of them together. */
  readonly runs: number;
  readonly next: readonly NextStep[];
}

interface Contender {
  readonly prompt: string;
  /** `perInput`: a policy that gives each input a prompt. */
  readonly origin: Origin | 'perInput';
  readonly accuracy: number;
}

type Interval = readonly [low: number, high: number];
type Tested = PromptResult & { readonly test: NonNullable<PromptResult['test']> };
export type Judged = Pick<RunResult, 'prompts' | 'majorityBaseline' | 'pairedTest' | 'taskModel' | 'kind' | 'perInput'>;

/** Origins of prompts that a search of its own found. */
const SEARCHES: ReadonlySet<Origin> = new Set(['policy', 'reflect', 'random']);

/** A mean score below which hardly any text has anything of what is asked. */
const NEAR_ZERO = 0.1;

const NEXT: Readonly<Record<VerdictKind, readonly NextStep[]>> = {
  better: [],
  noDifference: ['data', 'length', 'labels', 'model'],
  worse: ['labels', 'length', 'data', 'model'],
  atChance: ['model', 'labels'],
  tooFew: ['data', 'model', 'labels'],
  yours: ['length', 'labels', 'model'],
  start: ['length', 'labels', 'model'],
  noPrompt: ['labels', 'length', 'model'],
};

/**
 * The held-out rows decide, since they did not choose the winner: it is the best by rank, which test rows play no part in. The
 * more runs were scored on the same rows, the wider are the intervals. Undefined without held-out scores.
 */
export function verdictOf(result: Judged, runs = 1): Verdict | undefined {
  if (result.perInput) return policyVerdict(result, result.perInput, runs);
  const { majorityBaseline: majority } = result;
  const [winner, ...others] = result.prompts.filter((prompt): prompt is Tested => prompt.test !== undefined);
  if (winner?.rank !== 1) return undefined;
  const isScore = result.kind === 'generation';
  const shown = shownOf(name(winner), winner.test, isScore, runs);
  const rival = rivalOf(winner, others, result, runs);
  const kind = kindOf(winner, isScore ? undefined : chanceOf(shown, majority, runs), rival);
  const best = others.filter(
    ({ origin, prompt }, i) =>
      SEARCHES.has(origin) &&
      origin !== winner.origin &&
      prompt !== rival?.prompt &&
      others.findIndex((each) => each.origin === origin) === i,
  );
  const { title, text, next } = said(kind, result, shown, rival, runs);
  return {
    kind,
    title,
    text,
    winner: { ...contender(winner), interval: shown.interval, n: shown.n },
    ...(rival && { rival }),
    ...(best.length > 0 && { others: best.map(contender) }),
    majority,
    runs,
    next,
  };
}

/** A policy with a prompt for each input against the single prompt that ranks first, which may be none. */
function policyVerdict(result: Judged, { test, versus }: PerInputResult, runs: number): Verdict {
  const { majorityBaseline: majority, prompts } = result;
  const isScore = result.kind === 'generation';
  const shown = shownOf(word('verdict.perInput'), test, isScore, runs);
  const best = versus.findIndex((counts) => counts !== null);
  const single = prompts[best] as Tested | undefined;
  const rival = single && { ...contender(single), ...difference(versus[best]!, runs) };
  const kind = (isScore ? undefined : chanceOf(shown, majority, runs)) ?? against(rival);
  const { accuracy, interval, n } = shown;
  const winner = { prompt: '', origin: 'perInput', accuracy, interval, n } as const;
  const { title, text, next } = said(kind, result, shown, rival, runs);
  return { kind, title, text, winner, ...(rival && { rival }), majority, runs, next };
}

/** A verdict in words, and what to try next. */
function said(
  kind: VerdictKind,
  { majorityBaseline: majority, taskModel, kind: task }: Judged,
  winner: Shown,
  rival: Verdict['rival'],
  runs: number,
): Pick<Verdict, 'title' | 'text' | 'next'> {
  const shown = { winner, rival: rival && { ...rival, name: name(rival) }, runs };
  const { balanced } = winner;
  const text = [
    ...(kind === 'atChance' || kind === 'tooFew'
      ? [word('verdict.againstChance', { ...shown, majority, isSure: kind === 'atChance' })]
      : [
          word('verdict.compared', shown),
          ...(balanced && winner.interval[0] <= majority
            ? [word('verdict.unequalClasses', { name: winner.name, majority, ...balanced })]
            : []),
        ]),
    ...(kind !== 'better' && taskModel.startsWith('bundled:') ? [word('verdict.demonstration', { model: taskModel })] : []),
  ];
  return {
    title: word(`verdict.${kind}`, { rival: rival?.origin ?? 'none' }),
    text: text.join(' '),
    next: task === 'generation' ? nextForTexts(kind, winner.interval) : NEXT[kind],
  };
}

/** Scores near 0 say more about the model than about its prompts. */
function nextForTexts(kind: VerdictKind, [, high]: Interval): readonly NextStep[] {
  const next = NEXT[kind].filter((step) => step !== 'labels');
  return high < NEAR_ZERO && next.includes('model') ? ['model', ...next.filter((step) => step !== 'model')] : next;
}

/** The winner's held-out score, with an interval that holds for all runs on the same rows together. */
function shownOf(name: string, test: TestScore, isScore: boolean, runs: number): Shown {
  const { accuracy, n } = test;
  const interval = isScore ? widened(test.interval, accuracy, [0, 1], n, runs) : wilson(Math.round(accuracy * n), n, jointQuantile(runs));
  return { name, accuracy, n, interval, balanced: balancedAccuracy(test) };
}

function kindOf(winner: Tested, chance: ReturnType<typeof chanceOf>, rival: Verdict['rival']): VerdictKind {
  if (chance) return chance;
  if (isBaseline(winner)) return winner.origin === 'none' ? 'noPrompt' : winner.origin === 'start' ? 'start' : 'yours';
  return against(rival);
}

/** Whether a prompt that a search found is better than its rival. */
function against(rival: Verdict['rival']): 'better' | 'noDifference' | 'worse' {
  const [low, high] = rival?.interval ?? [-1, 1];
  return low > 0 ? 'better' : high < 0 ? 'worse' : 'noDifference';
}

/**
 * Answers that do not depend on the texts are right at most as often as the most common class and, where classes count the same,
 * in one of K. A prompt that is above either is above chance. An interval that reaches more than halfway from the most common class
 * to 100% has room for a good prompt; rows of a single class cannot tell.
 */
function chanceOf({ interval: [low, high], balanced }: Shown, majority: number, runs: number): 'atChance' | 'tooFew' | undefined {
  if (balanced?.classes === 1) return 'tooFew';
  if (low > majority || (balanced && balanced.accuracy - jointQuantile(runs) * balanced.error - balanced.step / 2 > 1 / balanced.classes))
    return undefined;
  return high > (1 + majority) / 2 ? 'tooFew' : 'atChance';
}

interface Shown {
  readonly name: string;
  readonly accuracy: number;
  readonly n: number;
  readonly interval: Interval;
  readonly balanced: Balanced | undefined;
}

interface Balanced {
  readonly accuracy: number;
  readonly error: number;
  readonly step: number;
  readonly classes: number;
}

/**
 * The mean over the classes that have held-out rows of the share of each that is right. `error` is the standard error that it would
 * have if the answers did not depend on the texts, `step` what a row of the rarest class counts for: half of it is the correction for
 * continuity, without which one lucky row of a rare class is proof.
 */
function balancedAccuracy({ confusion = [] }: Pick<TestScore, 'confusion'>): Balanced | undefined {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const all = sum(confusion.map(sum));
  const shares = confusion.flatMap((answers, label) => {
    const rows = sum(answers);
    const answered = sum(confusion.map((row) => row[label]!)) / all;
    return rows > 0 ? [{ rows, right: answers[label]! / rows, variance: (answered * (1 - answered)) / rows }] : [];
  });
  const classes = shares.length;
  if (classes === 0) return undefined;
  const [accuracy, error] = [sum(shares.map(({ right }) => right)), Math.sqrt(sum(shares.map(({ variance }) => variance)))];
  const least = Math.min(...shares.map(({ rows }) => rows));
  return { accuracy: accuracy / classes, error: error / classes, step: 1 / (classes * least), classes };
}

/**
 * The baseline that does best on the held-out rows: a prompt that is better than that one is better than all of them. Of a
 * winner that is itself a baseline, the best prompt found. Results of version 0.1.0 have counts only for the winner against
 * no prompt, which is then its rival.
 */
function rivalOf(winner: Tested, others: readonly Tested[], { pairedTest }: Judged, runs: number): Verdict['rival'] {
  const rivals = others.filter((other) => isBaseline(other) !== isBaseline(winner));
  const compared = rivals.filter(({ versusWinner }) => versusWinner);
  if (!isBaseline(winner)) compared.sort((a, b) => b.test.accuracy - a.test.accuracy);
  const rival = compared[0] ?? rivals.find(({ origin }) => origin === 'none') ?? rivals[0];
  if (!rival) return undefined;
  const counts = rival.versusWinner ?? (rival.origin === 'none' ? { ...pairedTest, rows: winner.test.n } : undefined);
  if (!counts) return { ...contender(rival), difference: winner.test.accuracy - rival.test.accuracy };
  return { ...contender(rival), ...difference(counts, runs) };
}

/** The first of two on the same rows less the second, with its interval. */
function difference(
  { onlyFirst, onlySecond, rows, difference: ofScores, interval }: PairedTest & { readonly rows: number },
  runs: number,
): { readonly difference: number; readonly interval: Interval } {
  if (ofScores !== undefined && interval) return { difference: ofScores, interval: widened(interval, ofScores, [-1, 1], rows, runs) };
  return { difference: (onlyFirst - onlySecond) / rows, interval: pairedInterval(onlyFirst, onlySecond, rows, jointQuantile(runs)) };
}

function contender({ prompt, origin, test }: Tested): Contender & { readonly origin: Origin } {
  return { prompt, origin, accuracy: test.accuracy };
}

function name({ prompt }: { readonly prompt: string }): string {
  return prompt === '' ? word('verdict.withoutPrompt') : `“${cut(prompt.trim())}”`;
}
