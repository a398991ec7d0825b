import type { HeldOutTexts } from '../../src/messages/page';
import type { Origin, PromptResult, TestScore } from '../../src/run/result/result';
import { verdictOf } from '../../src/run/result/verdict';
import type { PromptRow, RunHead, RunView } from '../../src/run/view/runView';
import { parseTemplate } from '../../src/spec/template';
import { curves, FINISHED, head, row } from './runs';

const METRICS = ['classifier', 'perplexity', 'word-count'];

const TEXTS: Partial<RunHead> = {
  name: 'steering',
  taskModel: 'bundled:causal',
  template: '{prompt} {input}',
  parts: parseTemplate('{prompt} {input}').parts,
  texts: { samples: 2, metrics: METRICS },
};

/** Generated texts with scores by metric. */
function textScore(score: number): TestScore {
  return {
    accuracy: score,
    interval: [score - 0.03, score + 0.03],
    n: 200,
    gap: score,
    metrics: METRICS.map((name, m) => ({ name, score: score + 0.1 * (m - 1) })),
    texts: [0.2, 0.6].map((own) => ({
      input: `After three weeks with this concert I can say ${own}`,
      references: [],
      output: 'that the hall was warm and the band played well into the night.',
      score: own,
      parts: METRICS.map((name) => ({ name, score: own, reason: `${name} says so` })),
    })),
  };
}

const PROMPTS: readonly (readonly [pieces: readonly string[], origin: Origin, score: number, difference?: number])[] = [
  [[' wonderful', ' and', ' delightful', ' generous', ' evenings'], 'policy', 0.71],
  [[' A', ' wonderful', ' day', ':'], 'manual', 0.66, 0.05],
  [[' lake', ' of', ' standard'], 'random', 0.64, 0.07],
  [[], 'none', 0.58, 0.13],
];

const ROWS: readonly PromptRow[] = PROMPTS.map(([pieces, origin, score, difference], i) =>
  row(i + 1, pieces, {
    origin,
    perplexity: origin === 'none' ? null : 1200,
    estimate: { accuracy: score + 0.02, interval: [score - 0.06, score + 0.08], n: 128 },
    test: textScore(score),
    ...(difference !== undefined && {
      versusWinner: { onlyFirst: 120, onlySecond: 80, rows: 200, p: 0.01, difference, interval: [difference - 0.03, difference + 0.03] },
    }),
  }),
);

export const trainingTexts = (): RunView => ({
  head: head(TEXTS),
  curves: curves(19),
  rows: ROWS.slice(0, 2).map(({ test: _test, ...rest }) => rest),
});

export function finishedTexts(values: Partial<RunHead> = {}): RunView {
  const classes = [{ label: '', word: '', train: 64, validation: 64, test: 200 }];
  const summary = { ...FINISHED.summary!, classes, majorityBaseline: 0 };
  const verdict = verdictOf({
    ...summary,
    kind: 'generation',
    taskModel: 'openai:llama3.2@http://localhost',
    prompts: ROWS as PromptResult[],
  });
  return { head: head({ ...FINISHED, ...TEXTS, summary, ...(verdict && { verdict }), ...values }), curves: curves(31, 1, 31), rows: ROWS };
}

/** `n` rows. By all metrics together the winner scores (row mod 10) / 10, no prompt 45%; row 3 has no text of the winner. */
export function heldTexts(n = 60, references = false): HeldOutTexts {
  const outputs = (score: (row: number) => number, text: string, lacks?: number): HeldOutTexts['prompts'][number]['outputs'] =>
    Array.from({ length: n }, (_, i) =>
      i === lacks
        ? []
        : [0, 1].map((sample) => ({
            output:
              sample === 1 && i % 7 === 0
                ? ''
                : `${text} ${i}.${sample}: the hall was warm, and <b>the band</b> played well into the night.`,
            score: score(i),
            // By the second metric alone the order is turned around.
            parts: [
              [score(i), `P(positive) is ${score(i).toFixed(2)}`],
              [1 - score(i), 'perplexity 90'],
              [1, '12 words'],
            ],
          })),
    );
  return {
    metrics: METRICS,
    file: '/steering/test.csv',
    of: n,
    rows: Array.from({ length: n }, (_, i) => ({
      text: `Row ${i}: after three weeks with this concert I can say that`,
      references: references ? [`the right end ${i}`] : [],
      line: i + 2,
    })),
    prompts: [
      { prompt: ROWS[0]!.prompt, origin: 'policy', outputs: outputs((i) => (i % 10) / 10, 'winner', 3) },
      { prompt: ' A wonderful day:', origin: 'manual', outputs: outputs(() => 0.7, 'yours') },
      { prompt: '', origin: 'none', outputs: outputs(() => 0.45, 'plain') },
    ],
  };
}
