import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PolicyModel } from '../../../src/method/policyModel';
import { readModel } from '../../../src/model/local/modelFolder';
import { Perplexity } from '../../../src/model/local/perplexity';
import { openMetrics, releaseMetrics } from '../../../src/metrics/open';
import { metricSchema } from '../../../src/spec/generation';
import { TaskError } from '../../../src/spec/problem';
import { context } from './metricContext';

const ROOT = join(import.meta.dirname, '../../..');
const opened: Awaited<ReturnType<typeof openMetrics>>[] = [];
afterAll(async () => {
  for (const metrics of opened) await releaseMetrics(metrics);
});

async function scores(metric: object, outputs: readonly string[]): Promise<number[]> {
  const metrics = await openMetrics([metricSchema.parse(metric)], context);
  opened.push(metrics);
  const judged = await metrics[0]!.metric.score(outputs.map((output) => ({ output, row: { input: '', references: [] } })));
  for (const { reason } of judged) expect(reason).toMatch(/\d/);
  return judged.map(({ score }) => score);
}

const sentiment = {
  model: 'bundled:masked',
  template: '{input} It was {mask} .',
  labels: { negative: 'terrible', positive: 'great' },
  class: 'positive',
};

describe('metrics by models', () => {
  it('take the probability of a class by a classifier', async () => {
    const [good, bad] = await scores({ type: 'classifier', value: sentiment }, [
      'A wonderful, moving film with great actors.',
      'A boring, stupid film and a waste of time.',
    ]);
    const [not] = await scores({ type: 'classifier', value: { ...sentiment, class: 'negative' } }, [
      'A wonderful, moving film with great actors.',
    ]);
    expect(good).toBeGreaterThan(0.5);
    expect(bad).toBeLessThan(good!);
    expect(good! + not!).toBeCloseTo(1, 5);
  });

  it('point into the value at what is wrong with a classifier', async () => {
    const problemsOf = async (value: unknown) => {
      const error: unknown = await openMetrics([metricSchema.parse({ type: 'classifier', value })], context).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(TaskError);
      return (error as TaskError).problems.map(({ field }) => field);
    };
    expect(await problemsOf({ ...sentiment, class: 'good' })).toEqual(['metrics.0.value']);
    expect(await problemsOf({ ...sentiment, labels: { negative: 'terrible', positive: 'qqqqzzzz' } })).toEqual([
      'metrics.0.value.labels.positive',
    ]);
    expect(await problemsOf({ ...sentiment, template: 'It was {mask}.' })).toEqual(['metrics.0.value.template']);
  });

  it('take perplexity for fluency', async () => {
    const [fluent, salad] = await scores({ type: 'perplexity', value: 100 }, [
      'I really liked this movie .',
      'movie this . liked fog I ladder',
    ]);
    expect(fluent).toBeGreaterThan(salad!);
    expect(salad).toBeGreaterThan(0);
  });

  it('find the perplexity that the policy model finds token by token', async () => {
    const model = await readModel('bundled:causal', ROOT);
    const [whole, policy] = [await Perplexity.open(model, { threads: 1 }), await PolicyModel.open(model, { threads: 1 })];
    const text = 'I really liked this movie .';
    const [found] = await whole.of([text]);
    const ids = [...model.tokenizer.prefix, ...model.tokenizer.encode(text)];
    // The policy's source stands before the ids: without a start token, the first token has no likelihood here.
    const alone = model.tokenizer.prefix.length > 0 ? ids.slice(model.tokenizer.prefix.length) : ids;
    if (model.tokenizer.prefix.length > 0) expect(found! / (await policy.perplexity(alone))).toBeCloseTo(1, 3);
    expect(found).toBeGreaterThan(1);
    expect(await whole.of([''])).toEqual([Infinity]);
    await Promise.all([whole.release(), policy.release()]);
  });
});
