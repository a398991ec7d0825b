import { describe, expect, it } from 'vitest';
import { bleuScore, chrfScore } from '../../../src/metrics/ngrams';
import { rougeLongest, rougeNgrams, tokenF1 } from '../../../src/metrics/overlap';
import type { Metric } from '../../../src/metrics/metric';
import type { MetricEntry } from '../../../src/spec/generation';
import recorded from './overlap.json';
import { context } from './metricContext';

const entry = (type: string, value?: unknown): MetricEntry => ({ type, weight: 1, ...(value !== undefined && { value }) });
async function score(metric: Metric, output: string, references: readonly string[]): Promise<number> {
  return (await metric.score([{ output, row: { input: '', references } }]))[0]!.score;
}

describe('overlap with references', () => {
  it.each(recorded)('agrees with sacreBLEU on “$output”', ({ output, references, bleu, chrf }) => {
    expect(bleuScore(output, references)).toBeCloseTo(bleu, 5);
    expect(Math.max(...references.map((reference) => chrfScore(output, reference)))).toBeCloseTo(chrf, 5);
  });

  // rouge_score drops letters beyond a to z.
  it.each(recorded.filter(({ output }) => /^[ -~\n]*$/.test(output)))('agrees with rouge_score on “$output”', async (row) => {
    const { output, references } = row;
    expect(await score(rougeNgrams(entry('rouge-n'), context), output, references)).toBeCloseTo(row.rouge1, 5);
    expect(await score(rougeNgrams(entry('rouge-n', 2), context), output, references)).toBeCloseTo(row.rouge2, 5);
    expect(await score(rougeLongest(entry('rouge-l'), context), output, references)).toBeCloseTo(row.rougeL, 5);
  });

  // Worked out by hand from the definition: 2 × common tokens / all tokens, articles and punctuation gone.
  it.each([
    ['The Denver Broncos!', 'Denver Broncos', 1],
    ['in the year 1990', '1990', 2 / 4],
    ['a cat and a cat', 'cat', 2 / 4],
    ['London', 'Paris', 0],
    ['the', 'a', 1],
    ['the', 'Paris', 0],
    ['theater', 'the theater', 1],
  ])('takes the F1 of tokens as SQuAD: %s, %s', (output, reference, expected) => {
    expect(tokenF1(output, reference)).toBeCloseTo(expected, 12);
  });
});
