import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { Feeder } from '../../../../src/model/local/graphs/feeds';
import type { Feeds } from '../../../../src/model/local/graphs/kvCache';
import { GraphFile } from '../../../../src/model/local/graphs/graphFile';
import { ModelError } from '../../../../src/model/modelError';
import { GraphBuilder } from '../../../../src/model/local/graphs/build';
import { ELEMENT } from '../../../../src/model/local/graphs/schema';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-feeds-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Input = [name: string, type: number, dims: (number | string)[]];
const ROW: (number | string)[] = ['batch_size', 'sequence_length'];
const PAST: (number | string)[] = ['batch_size', 2, 'past_sequence_length', 8];
const PAD = 9;

async function feeder(inputs: Input[], shape: Partial<ConstructorParameters<typeof Feeder>[2]> = {}): Promise<Feeder> {
  const g = new GraphBuilder();
  for (const [name, type, dims] of inputs) g.input(name, dims, type);
  g.op('Identity', [inputs[0]![0]], {}, 'logits');
  g.output('logits', ['batch', 'sequence', 10]);
  const path = join(folder, 'model.onnx');
  writeFileSync(path, g.build());
  return new Feeder(
    (await GraphFile.open(path)).whole,
    PAD,
    { firstPosition: 0, heads: undefined, headSize: undefined, ...shape },
    'folder:x',
  );
}
const shown = (feeds: Feeds): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { type, dims, data }]) => [name, [type, [...dims], Array.from(data as BigInt64Array, Number)]]),
  );

describe('inputs of a graph', () => {
  it('are rows padded on the right, a mask, places and token types', async () => {
    const four = await feeder([
      ['input_ids', ELEMENT.int64, ROW],
      ['attention_mask', ELEMENT.int64, ROW],
      ['position_ids', ELEMENT.int64, ROW],
      ['token_type_ids', ELEMENT.int64, ROW],
    ]);
    expect(four.pads).toBe(true);
    expect(shown(four.feeds([[5, 6, 7], [8]]))).toEqual({
      input_ids: ['int64', [2, 3], [5, 6, 7, 8, PAD, PAD]],
      attention_mask: ['int64', [2, 3], [1, 1, 1, 1, 0, 0]],
      position_ids: ['int64', [2, 3], [0, 1, 2, 0, 1, 2]],
      token_type_ids: ['int64', [2, 3], [0, 0, 0, 0, 0, 0]],
    });
  });

  it('are only what the graph asks for, of the type that it asks for', async () => {
    const two = await feeder([
      ['input_ids', ELEMENT.int32, ROW],
      ['num_logits_to_keep', ELEMENT.int64, []],
    ]);
    expect(two.pads).toBe(false);
    expect(shown(two.feeds([[5, 6]]))).toEqual({ input_ids: ['int32', [1, 2], [5, 6]], num_logits_to_keep: ['int64', [], [0]] });
    const half = await feeder([
      ['input_ids', ELEMENT.int64, ROW],
      ['attention_mask', ELEMENT.float, ROW],
    ]);
    expect(shown(half.feeds([[5], [6]])).attention_mask).toEqual(['float32', [2, 1], [1, 1]]);
  });

  it('count places as the model does: RoBERTa begins behind its padding id', async () => {
    const inputs: Input[] = [
      ['input_ids', ELEMENT.int64, ROW],
      ['position_ids', ELEMENT.int64, ROW],
    ];
    const roberta = await feeder(inputs, { firstPosition: 2 });
    expect(shown(roberta.feeds([[5, 6, 7]])).position_ids).toEqual(['int64', [1, 3], [2, 3, 4]]);
  });

  it('go on behind kept keys and values, whose padding is hidden', async () => {
    const causal = await feeder([
      ['input_ids', ELEMENT.int64, ROW],
      ['attention_mask', ELEMENT.int64, ['batch_size', 'total']],
      ['position_ids', ELEMENT.int64, ROW],
      ['past_key_values.0.key', ELEMENT.float, PAST],
      ['past_key_values.0.value', ELEMENT.float16, PAST],
      ['cache_position', ELEMENT.int64, ['sequence_length']],
    ]);
    const first = causal.feeds([[5], [6]]);
    expect(first['past_key_values.0.key']).toMatchObject({ type: 'float32', dims: [2, 2, 0, 8] });
    expect(first['past_key_values.0.value']).toMatchObject({ type: 'float16', dims: [2, 2, 0, 8] });
    const key = new Tensor('float32', new Float32Array(2 * 2 * 3 * 8), [2, 2, 3, 8]);
    const past = { tensors: { 'past_key_values.0.key': key, 'past_key_values.0.value': key }, width: 3, lengths: [3, 1] };
    const { 'past_key_values.0.key': kept, 'past_key_values.0.value': _, ...rest } = causal.feeds([[5, 6], [5, 6]], past); // prettier-ignore
    expect(kept).toBe(key);
    expect(shown(rest)).toEqual({
      input_ids: ['int64', [2, 2], [5, 6, 5, 6]],
      attention_mask: ['int64', [2, 5], [1, 1, 1, 1, 1, 1, 0, 0, 1, 1]],
      position_ids: ['int64', [2, 2], [3, 4, 1, 2]],
      cache_position: ['int64', [2], [3, 4]],
    });
  });

  it('take sizes of keys and values from the configuration where the graph only names them', async () => {
    const named: Input[] = [
      ['input_ids', ELEMENT.int64, ROW],
      ['past_key_values.0.key', ELEMENT.float, ['batch_size', 'num_heads', 'past_sequence_length', 'kv_cache_dim']],
    ];
    const known = await feeder(named, { heads: 3, headSize: 4 });
    expect(known.feeds([[5]])['past_key_values.0.key']!.dims).toEqual([1, 3, 0, 4]);
    await expect(feeder(named)).rejects.toMatchObject({
      code: 'model.noPastSizes',
      args: [{ dims: expect.stringContaining('num_heads') as string }],
    });
    const odd: Input = ['past_key_values.0.key', ELEMENT.float, ['batch_size x num_heads', 8, 'past_sequence_length']];
    await expect(feeder([named[0]!, odd])).rejects.toThrow(ModelError);
  });

  it('are refused where nobody knows them', async () => {
    await expect(feeder([['input_ids', ELEMENT.int64, ROW], ['langs', ELEMENT.int64, ROW]])).rejects.toMatchObject({ code: 'model.unknownInput', args: [{ inputs: ['langs'] }] }); // prettier-ignore
  });
});
