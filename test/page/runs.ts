import type { Curves, PromptRow, RunHead, RunView } from '../../src/run/view/runView';
import type { Origin, PromptResult, TestScore } from '../../src/run/result/result';
import { parseTemplate } from '../../src/spec/template';
import { verdictOf, type VerdictKind } from '../../src/run/result/verdict';

export const NO_CURVES: Curves = {
  steps: { queries: [], mean: [], best: [], entropy: [] },
  greedy: { queries: [], reward: [], accuracy: [] },
  random: { queries: [], mean: [], best: [] },
  estimates: { queries: [], best: [], low: [], high: [], mean: [] },
  randomEstimates: { queries: [], best: [] },
  shares: { queries: [], policy: [], thompson: [], edits: [] },
  reflectEstimates: { queries: [], best: [], low: [], high: [] },
  proposals: { queries: [], calls: [], tokens: [] },
  operators: { queries: [], reflect: [], addRule: [], shorten: [], rephrase: [], examples: [], recombine: [] },
};

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const rise = (n: number, steps: number): number => 1 - Math.exp(-n / steps);
const wave = (n: number): number => Math.sin(n * 1.7) * Math.cos(n * 0.9);

/** Curves of a search with a memory, from step `from` to step `to`, with `random` steps of its control. */
export function curves(to: number, from = 1, random = 0): Curves {
  const steps = range(from, to);
  const queries = steps.map((n) => 128 * n);
  const best = (n: number, top: number): number => 0.62 + top * rise(n, 8) + 0.006 * wave(n);
  const controls = range(1, random);
  const policy = steps.map((n) => 0.33 - 0.2 * rise(n, 10));
  const thompson = steps.map((n) => 0.34 + 0.25 * rise(n, 10) + 0.03 * wave(n));
  return {
    steps: {
      queries,
      mean: steps.map((n) => 45 * rise(n, 8)),
      best: steps.map((n) => 60 * rise(n, 8)),
      entropy: steps.map((n) => 7.8 - 2.5 * rise(n, 20) + 0.1 * wave(n)),
    },
    greedy: NO_CURVES.greedy,
    random: { queries: controls.map((n) => 128 * n), mean: controls, best: controls },
    estimates: {
      queries,
      best: steps.map((n) => best(n, 0.21)),
      low: steps.map((n) => best(n, 0.21) - 0.05 - 0.06 / Math.sqrt(n)),
      high: steps.map((n) => best(n, 0.21) + 0.04 + 0.05 / Math.sqrt(n)),
      mean: steps.map((n) => 0.52 + 0.15 * rise(n, 12) + 0.02 * wave(n)),
    },
    randomEstimates: { queries: controls.map((n) => 128 * n), best: controls.map((n) => best(n, 0.15)) },
    shares: { queries, policy, thompson, edits: steps.map((_, i) => 1 - policy[i]! - thompson[i]!) },
    reflectEstimates: NO_CURVES.reflectEstimates,
    proposals: NO_CURVES.proposals,
    operators: NO_CURVES.operators,
  };
}

/** Curves of the preset `paper` after `to` steps; `random` batches of random search follow. */
export function paperCurves(to: number, random = 0): Curves {
  const steps = range(1, to);
  const greedy = steps.filter((n) => n % 10 === 0);
  const batches = range(1, random);
  return {
    ...NO_CURVES,
    steps: {
      queries: steps.map((n) => 512 * n),
      mean: steps.map((n) => -20 + 45 * rise(n, 60) + 6 * wave(n)),
      best: steps.map((n) => 10 + 40 * rise(n, 60) + 5 * wave(n + 3)),
      entropy: steps.map((n) => 7.8 - 4.5 * rise(n, 60) + 0.2 * wave(n)),
    },
    greedy: {
      queries: greedy.map((n) => 512 * n),
      reward: greedy.map((n) => 40 * rise(n, 60) + 3 * wave(n)),
      accuracy: greedy.map((n) => 0.6 + 0.15 * rise(n, 60) + 0.01 * wave(n)),
    },
    random: { queries: batches.map((n) => 512 * n), mean: batches.map(wave), best: batches.map((n) => 15 + 10 * wave(n)) },
  };
}

export function head(values: Partial<RunHead> = {}): RunHead {
  return {
    id: '/reviews/.rlprompt/runs/a',
    name: 'reviews',
    state: 'running',
    stage: 'policy',
    specFile: '/reviews/reviews.prompt-task.json',
    taskModel: 'bundled:masked',
    policyModel: 'bundled:causal',
    template: '{input} {prompt} {mask} .',
    parts: parseTemplate('{input} {prompt} {mask} .').parts,
    promptLength: 5,
    seed: 0,
    created: '2026-11-25T10:00:00.000Z',
    rows: { train: 32, validation: 64, test: 1821 },
    stages: ['baselines', 'policy', 'ranking', 'random', 'test'],
    rankable: false,
    step: 19,
    steps: 400,
    progress: 0.4864,
    seconds: 15,
    secondsLeft: 121,
    queries: { asked: 2432, computed: 2432 },
    queryBudget: 5000,
    resumable: false,
    notes: ['12 texts were cut to fit the context of the model.', 'The test set is a sample of 1,821 of 25,000 rows.'],
    ...values,
  };
}

export function testScore(accuracy: number, classes = 2, n = 1821): TestScore {
  const share = Math.round((n / classes) * accuracy);
  const other = Math.round((n / classes - share) / (classes - 1));
  return {
    accuracy,
    interval: [accuracy - 0.021, accuracy + 0.02],
    n,
    macroF1: accuracy - 0.004,
    gap: accuracy - 0.5,
    confusion: Array.from({ length: classes }, (_, c) => Array.from({ length: classes }, (_, p) => (p === c ? share : other))),
    examples: [
      { text: 'It takes a strange kind of laziness to waste the talents of this cast on such a script.', label: 0, predicted: 1 },
      { text: 'A gorgeous, witty, seductive movie.', label: 1, predicted: 1 },
    ],
  };
}

export function row(rank: number, pieces: string | readonly string[], values: Partial<PromptRow> = {}): PromptRow {
  const all = typeof pieces === 'string' ? [pieces] : pieces;
  const accuracy = 0.76 - 0.012 * rank;
  const split = { reward: 30 - rank, gap: 0.4 - 0.02 * rank, accuracy };
  return {
    rank,
    prompt: all.join(''),
    pieces: all,
    origin: 'policy',
    gap: split.gap,
    choice: 2 * accuracy - 1.1,
    estimate: { accuracy, interval: [accuracy - 0.11, accuracy + 0.08], n: 96 },
    train: split,
    validation: split,
    roundTrip: true,
    perplexity: 57_812 / rank,
    ...values,
  };
}

/** Instructions of about 2,000 characters and many lines, with words that no line breaks. */
export const INSTRUCTIONS = ['You sort reviews by their mood.', 'Read the review twice.'].map(
  (first) =>
    `${first}\n\nRules:\n${[
      '- Irony counts as what it means, not as what it says; a quotation counts only if the writer agrees with it.',
      `- A link such as https://example.com/${'reviews/'.repeat(20)} says nothing about the mood.`,
      '\t- "Not bad" is positive.',
    ]
      .join('\n')
      .concat('\n')
      .repeat(5)}\nAnswer with one word: negative or positive.\n`,
);

const FIVE = [' Absolutely', ' unforgettable', ' performances', ' nevertheless', ' downright'];

export const TRAINING_ROWS: readonly PromptRow[] = [
  row(1, FIVE),
  row(2, [' All', ' in', ' all', ',', ' it', ' was'], { origin: 'manual' }),
  row(3, [' It', ' was'], { origin: 'manual' }),
  row(4, [], { prompt: '', origin: 'none', perplexity: null }),
];

export const FINAL_ROWS: readonly PromptRow[] = [
  row(1, FIVE, { test: testScore(0.778) }),
  row(2, [' All', ' in', ' all', ',', ' it', ' was'], { origin: 'manual', test: testScore(0.781) }),
  row(3, [' wonderfully', ' heartfelt', ' storytelling', ' however', ' simply'], { test: testScore(0.765), roundTrip: false }),
  row(4, [' Overall', ' impression', ' remains', ' utterly', ' deliciously'], { origin: 'random', test: testScore(0.741) }),
  row(5, [' It', ' was'], { origin: 'manual', test: testScore(0.72) }),
  row(6, [], { prompt: '', origin: 'none', test: testScore(0.663), perplexity: null }),
];

export const FINISHED: Partial<RunHead> = {
  state: 'finished',
  stage: 'finished',
  step: 31,
  seconds: 34,
  secondsLeft: 0,
  queries: { asked: 4960, computed: 4960 },
  summary: {
    maskToken: '<mask>',
    classes: [
      { label: 'negative', word: 'terrible', train: 16, validation: 32, test: 912 },
      { label: 'positive', word: 'great', train: 16, validation: 32, test: 909 },
    ],
    stopped: 'budget',
    seconds: 34,
    queries: { asked: 4960, computed: 4960 },
    randomQueries: { asked: 4954, computed: 4954 },
    testQueries: 10_926,
    learning: { first: -12, last: 24 },
    majorityBaseline: 0.501,
    pairedTest: { p: 0.0002, onlyFirst: 310, onlySecond: 100 },
    peakMemory: 412,
  },
};

export const training = (values: Partial<RunHead> = {}): RunView => ({ head: head(values), curves: curves(19), rows: TRAINING_ROWS });
export function finished(values: Partial<RunHead> = {}, rows = FINAL_ROWS): RunView {
  const run = head({ ...FINISHED, ...values });
  const own = rows.filter(({ origin }) => origin !== 'evaluated') as PromptResult[];
  const prompts = own.map((one, i) => ({ ...one, rank: i + 1 }));
  const verdict = verdictOf({ ...run.summary!, taskModel: run.taskModel, prompts });
  return { head: { ...run, ...(verdict && { verdict }) }, curves: curves(31, 1, 31), rows };
}

/** Rows of which the first wins: origin, held-out accuracy, and the rows that only the winner or only this prompt gets right. */
function ranked(
  ...prompts: readonly (readonly [origin: Origin, accuracy: number, onlyFirst?: number, onlySecond?: number])[]
): PromptRow[] {
  return prompts.map(([origin, accuracy, onlyFirst = 0, onlySecond = 0], i) => {
    const pieces = {
      policy: FIVE,
      reflect: FIVE,
      random: [' lake', ' of'],
      single: [' so', ' it'],
      manual: [' It', ' was'],
      start: [' In', ' short', ','],
      none: [],
    }[origin];
    const versusWinner = { onlyFirst, onlySecond, p: 0.01, rows: 1821 };
    return row(i + 1, pieces, { origin, test: testScore(accuracy), ...(i > 0 && { versusWinner }) });
  });
}

/** The same scores on other numbers of held-out rows. */
function onRows(n: number, rows: readonly PromptRow[]): PromptRow[] {
  return rows.map(({ versusWinner, ...one }) => ({
    ...one,
    test: { ...one.test!, n, confusion: testScore(one.test!.accuracy, 2, n).confusion! },
    ...(versusWinner && { versusWinner: { ...versusWinner, rows: n } }),
  }));
}

/** A finished run of instructions in a chat, with a starting prompt of few words. */
export function instructed(): RunView {
  const { parts, turns } = parseTemplate([
    { role: 'system', content: '{prompt}' },
    { role: 'user', content: 'Review: {input}' },
  ]);
  const rows = FINAL_ROWS.map((one, i) => {
    const prompt = INSTRUCTIONS[i];
    return prompt === undefined ? one : { ...one, prompt, pieces: [prompt] };
  });
  return finished({ parts, ...(turns && { turns }) }, rows);
}

/** Curves of a search by reflection. */
function reflectionCurves(to: number): Pick<Curves, 'reflectEstimates' | 'proposals' | 'operators'> {
  const steps = range(0, to);
  const queries = steps.map((n) => 160 * n + 64);
  const best = steps.map((n) => 0.64 + 0.2 * rise(n, 6));
  const shares = (slope: number) => steps.map((n) => (1 / 6) * Math.exp(slope * n * 0.5));
  return {
    reflectEstimates: { queries, best, low: best.map((one) => one - 0.08), high: best.map((one) => one + 0.06) },
    proposals: { queries, calls: steps.map((n) => 4 * n), tokens: steps.map((n) => 4960 * n) },
    operators: {
      queries,
      reflect: shares(0.05),
      addRule: shares(0.07),
      shorten: shares(-0.03),
      rephrase: shares(-0.03),
      examples: shares(-0.01),
      recombine: shares(-0.05),
    },
  };
}

const TASK_MODEL = { tokens: 1_200_000, counted: true, cost: '$0.18' };
const PROPOSER = { calls: 120, tokens: 148_800, counted: true, model: 'large', lost: 1 };

/** A finished run of three searches; the best prompt is one that a model proposed. */
export function reflected(prompt: string, methods: 'all' | 'reflect' = 'all'): RunView {
  const origins = ['reflect', 'manual', 'policy', 'random', 'manual', 'none'] as const;
  const rows = FINAL_ROWS.map((one, i) => ({ ...one, origin: origins[i]!, ...(i === 0 && { prompt, pieces: [prompt] }) })).filter(
    ({ origin }) => methods === 'all' || !['policy', 'random'].includes(origin),
  );
  const queries = { asked: 4900, computed: 4900 };
  const searches = [
    ...(methods === 'all'
      ? [{ origin: 'policy' as const, queries, stopped: 'budget' as const, taskModel: { ...TASK_MODEL, counted: false } }]
      : []),
    { origin: 'reflect' as const, queries, stopped: 'budget' as const, proposer: PROPOSER, taskModel: TASK_MODEL },
  ];
  const summary = {
    ...FINISHED.summary!,
    searches,
    taskModelUse: { ...TASK_MODEL, tokens: 2_500_000, cost: '$0.38', lost: 3 },
    cost: '$0.75',
    ...(methods === 'reflect' && { randomQueries: null }),
  };
  const stages =
    methods === 'all'
      ? (['baselines', 'policy', 'ranking', 'reflect', 'random', 'test'] as const)
      : (['baselines', 'reflect', 'ranking', 'test'] as const);
  const run = finished({ stages, summary, price: { proposer: 2.5, taskModel: 0.15 } }, rows);
  return { ...run, curves: { ...(methods === 'all' ? curves(31, 1, 31) : NO_CURVES), ...reflectionCurves(30) } };
}

/** A finished run for each verdict. */
export const VERDICTS: Readonly<Record<VerdictKind, RunView>> = {
  better: finished({}, ranked(['policy', 0.778], ['random', 0.741, 190, 123], ['manual', 0.72, 220, 114], ['none', 0.663, 310, 100])),
  noDifference: finished({}, ranked(['policy', 0.778], ['manual', 0.776, 100, 96], ['random', 0.741, 190, 123], ['none', 0.663, 310, 100])),
  worse: finished({}, ranked(['policy', 0.723], ['random', 0.741, 123, 156], ['none', 0.768, 110, 192])),
  atChance: finished({}, ranked(['random', 0.512], ['policy', 0.509, 90, 85], ['none', 0.502, 160, 142])),
  tooFew: finished({}, onRows(20, ranked(['policy', 0.7], ['none', 0.6, 4, 2]))),
  yours: finished({}, ranked(['manual', 0.781], ['policy', 0.778, 80, 75], ['random', 0.741, 190, 117], ['none', 0.663, 310, 95])),
  start: finished({}, ranked(['start', 0.781], ['policy', 0.778, 80, 75], ['random', 0.741, 190, 117], ['none', 0.663, 310, 95])),
  noPrompt: finished({}, ranked(['none', 0.743], ['policy', 0.723, 120, 84], ['random', 0.71, 150, 90])),
};
