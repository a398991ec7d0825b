import { describe, expect, it } from 'vitest';
import { Scorer } from '../../../../src/method/scorer';
import type { RowResults } from '../../../../src/run/store/rows/format';
import { byPrompt, StoredModel, type RowLog } from '../../../../src/run/store/rows/storedModel';
import { alternating, fakeModel, labelled } from '../../method/fakeTaskModel';

const TRAIN = labelled(alternating(6));
const model = () => fakeModel((ids, row) => 0.1 + 0.1 * ((ids.length + row) % 5), TRAIN);

/** A log that knows some results and keeps what it is given. */
function logOf(known: readonly RowResults[] = []): RowLog & { kept: RowResults[] } {
  const kept: RowResults[] = [];
  const index = byPrompt(known);
  return { kept, known: (split, ids) => index.get(`${split} ${ids.join()}`), keep: (results) => void kept.push(...results) };
}

describe('a model with a log', () => {
  it('has every result in the log before the scorer counts it', async () => {
    const log = logOf();
    const plain = new Scorer(model(), TRAIN, 'rows');
    const stored = new Scorer(new StoredModel(model(), 'train', log), TRAIN, 'rows');
    const prompts = [[1], [2, 3], [1]];
    expect(await stored.score(prompts)).toEqual(await plain.score(prompts));
    const jobs = [
      { ids: [9], rows: [4, 1] },
      { ids: [9, 9], rows: [0] },
    ];
    expect(await stored.logits(jobs)).toEqual(await plain.logits(jobs));
    expect(log.kept.map(({ split, ids, rows }) => [split, ids, rows])).toEqual([
      ['train', [1], [0, 1, 2, 3, 4, 5]],
      ['train', [2, 3], [0, 1, 2, 3, 4, 5]],
      ['train', [9], [4, 1]],
      ['train', [9, 9], [0]],
    ]);
  });

  it('asks the model for nothing that the log knows, and gives the same scores and counts', async () => {
    const log = logOf();
    const prompts = [[1], [2, 3]];
    const whole = new Scorer(new StoredModel(model(), 'train', log), TRAIN, 'rows');
    const expected = await whole.score(prompts);
    // As after a crash: all of one prompt, and half of the other, in another order.
    const [one, two] = log.kept;
    const half: RowResults = { ...two!, rows: [5, 0], values: Float32Array.of(...two!.values.slice(10, 12), ...two!.values.slice(0, 2)) };
    const after = logOf([one!, half]);
    const inner = model();
    const resumed = new Scorer(new StoredModel(inner, 'train', after), TRAIN, 'rows');
    expect(await resumed.score(prompts)).toEqual(expected);
    expect(inner.calls.map((call) => [call.prompts, call.rows])).toEqual([[[[2, 3]], [1, 2, 3, 4]]]);
    expect(after.kept.map(({ rows }) => rows)).toEqual([[1, 2, 3, 4]]);
    expect([resumed.asked, resumed.computed]).toEqual([whole.asked, whole.computed]);
    const each = await resumed.logits([{ ids: [2, 3], rows: [0, 3, 5] }]);
    expect(each).toEqual(await whole.logits([{ ids: [2, 3], rows: [0, 3, 5] }]));
  });

  it('is not used by another split', async () => {
    const log = logOf([{ split: 'test', ids: [1], rows: [0], values: Float32Array.of(9, 9) }]);
    const inner = model();
    await new Scorer(new StoredModel(inner, 'train', log), TRAIN, 'rows').score([[1]]);
    expect(inner.calls[0]!.rows).toHaveLength(6);
  });

  it('uses nothing of a call that the log could not keep', async () => {
    const broken: RowLog = {
      known: () => undefined,
      keep: () => {
        throw new Error('disk');
      },
    };
    const scorer = new Scorer(new StoredModel(model(), 'train', broken), TRAIN, 'rows');
    await expect(scorer.score([[1]])).rejects.toThrow('disk');
    expect([scorer.asked, scorer.computed, scorer.scored()]).toEqual([0, 0, []]);
  });
});
