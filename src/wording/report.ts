import { amount, count, percent, tenths } from './numbers';

type Interval = readonly [low: number, high: number];

interface Score {
  readonly accuracy: number;
  readonly interval: Interval;
  /** Rows. */
  readonly n: number;
}

/** A single prompt beside a policy, on the same rows. */
interface Rival {
  readonly accuracy: number;
  readonly p: number;
}

const interval = (ends: Interval): string => `95% interval ${ends.map(tenths).join('–')}`;
const rival = (name: string, of: Rival | undefined): string => (of ? `; ${name} ${percent(of.accuracy)} (p = ${of.p.toPrecision(2)})` : '');

/** What a report says of a run, under its table. */
export const reportWording = {
  'report.search': ({
    steps,
    seconds,
    why,
    learned,
    peakMemory,
  }: {
    steps: number;
    seconds: number;
    why: string;
    /** The first and the last tenth of the steps: estimates, or rewards. */
    learned: { readonly what: 'estimate' | 'reward'; readonly first: number; readonly last: number };
    peakMemory: number;
  }) => {
    const isEstimate = learned.what === 'estimate';
    const ends = [learned.first, learned.last].map((value) => (isEstimate ? percent(value) : value.toFixed(1)));
    return `${amount(steps, 'step')} in ${seconds.toFixed(0)} s (${why}). ${isEstimate ? 'Best estimate' : 'Mean reward'}, first tenth to last tenth: ${ends.join(' to ')}. Peak memory: ${count(peakMemory)} MiB.`;
  },
  'report.estimate': ({ of, ofTexts, ...estimate }: Score & { of: 'winner' | 'single'; ofTexts: boolean }) =>
    `The ${of === 'single' ? 'best single prompt' : 'winner'}'s estimate: ${percent(estimate.accuracy)} (${interval(estimate.interval)}) on the ${count(estimate.n)} rows that steer the search. Only ${ofTexts ? 'the held-out score' : 'held-out accuracy'} was not searched for.`,
  'report.queries': ({
    samples,
    computed,
    budget,
    forWords,
    withRepeats,
    control,
    test,
  }: {
    /** Texts of a query, of a generation task. */
    samples: number | undefined;
    computed: number;
    budget: number | undefined;
    /** Those of the search for label words. */
    forWords: number;
    withRepeats: number | undefined;
    control: { readonly of: 'random' | 'single'; readonly computed: number } | undefined;
    test: number;
  }) =>
    `Queries${samples === undefined ? '' : ` (a prompt on a row, ${samples === 1 ? 'one text' : `${samples} texts`} each)`}: ${count(computed)}${budget === undefined ? '' : ` of ${count(budget)}`}${forWords > 0 ? `, ${count(forWords)} for the label words` : ''}${withRepeats === undefined ? '' : ` (${count(withRepeats)} with repeats)`}${control ? `; ${control.of === 'single' ? 'the search for a single prompt' : 'random search'} ${count(control.computed)}` : ''}; held-out rows ${count(test)}.`,
  'report.perInput': ({
    test,
    ofTexts,
    single,
    none,
    prompts,
    examples,
  }: {
    test: Score;
    ofTexts: boolean;
    single: Rival | undefined;
    none: Rival | undefined;
    prompts: number;
    /** The prompts that most inputs got, as a table shows them. */
    examples: readonly { readonly prompt: string; readonly rows: number }[];
  }) =>
    `A prompt for each input, held out: ${ofTexts ? 'score' : 'accuracy'} ${percent(test.accuracy)} (${interval(test.interval)})${rival('the best single prompt', single)}${rival('no prompt', none)}. ${amount(test.n, 'input')} got ${amount(prompts, 'different prompt')}, most often ${examples.map(({ prompt, rows }) => `${prompt} (${count(rows)})`).join(' and ')}.`,
  'report.taskModel': ({ took }: { took: string }) => `Task model, held-out rows included: ${took}.`,
  'report.cost': ({ cost }: { cost: string }) => `Task model and proposer together: ${cost}.`,
  'report.equalBudgets': ({ bests }: { bests: readonly { readonly search: string; readonly accuracy: number }[] }) =>
    `With equal budgets, held out: ${bests.map(({ search, accuracy }) => `${search}'s best ${percent(accuracy)}`).join(', ')}.`,
  'report.seeds': ({ seeds }: { seeds: number }) => `${seeds} seeds:`,
  /** @param prompt undefined for a run that gives each input its own */
  'report.seed': ({ seed, prompt, accuracy }: { seed: number; prompt: string | undefined; accuracy: number }) =>
    `seed ${seed}: ${prompt === undefined ? 'a prompt for each input' : JSON.stringify(prompt)} ${percent(accuracy)}`,
  'report.seedsMean': ({ mean, deviation, none }: { mean: number; deviation: number; none: number }) =>
    `Test accuracy of the winner: mean ${percent(mean)}, standard deviation ${tenths(deviation)}; no prompt ${percent(none)}.`,

  'report.transfer': ({ ofTexts, rows }: { ofTexts: boolean; rows: number }) =>
    `${ofTexts ? 'Mean score' : 'Accuracy'} in percent on ${amount(rows, 'test row')}, with its 95% interval.`,
  'report.transferFailed': ({ reference, problem, earlier }: { reference: string; problem: string; earlier: boolean }) =>
    `${reference} failed: ${problem}${earlier ? ' Its scores are those of an earlier transfer.' : ''}`,
};
