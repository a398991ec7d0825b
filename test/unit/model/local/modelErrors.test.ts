import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { word, type Code } from '../../../../src/wording/wording';
import { ModelError } from '../../../../src/model/modelError';
import { readModel } from '../../../../src/model/local/modelFolder';
import { GraphBuilder } from '../../../../src/model/local/graphs/build';
import { ELEMENT, tensorType } from '../../../../src/model/local/graphs/schema';
import { openTaskModel } from '../../../../src/model/local/openTaskModel';
import { PolicyModel } from '../../../../src/method/policyModel';
import { runtimeError } from '../../../../src/model/local/runtimeErrors';
import { layoutOf } from './expectedScores';
import { ModelCopy } from './modelCopy';

const ONE = { threads: 1 };
const remove = (copy: ModelCopy, file: string): ModelCopy => {
  rmSync(join(copy.folder, file), { recursive: true });
  return copy;
};

/** An error with a code and, of its arguments, these at least. */
const coded = (code: Code, args: object = {}): unknown => expect.objectContaining({ code, args: [expect.objectContaining(args)] });

/** Reading fails. */
async function fails(copy: ModelCopy | string, code: Code, args: object = {}): Promise<void> {
  const reference = typeof copy === 'string' ? copy : copy.reference;
  const error: unknown = await readModel(reference, '.').catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ModelError);
  expect(error).toEqual(coded(code, args));
}

describe('a model folder that lacks something says what', () => {
  it('no known kind of reference', () => fails('gpt2', 'model.unknownReference', { model: 'gpt2' }));
  it('no folder', () =>
    fails('folder:test/models/none', 'model.noFolder', { model: 'folder:test/models/none', folder: resolve('test/models/none') }));
  it('a file in place of a folder', () => fails('folder:package.json', 'model.noFolder', { folder: resolve('package.json') }));
  it('no ONNX file', () => fails(remove(new ModelCopy('bert'), 'onnx'), 'model.noOnnx'));
  it('ONNX files of unknown names', () => {
    const copy = new ModelCopy('bert');
    const graph = readFileSync('test/models/bert/onnx/model.onnx');
    remove(copy, 'onnx').write('first.onnx', graph).write('second.onnx', graph);
    return fails(copy, 'model.severalOnnx', { files: ['first.onnx', 'second.onnx'] });
  });
  it('a file that is named and not there', () =>
    fails('folder:test/models/bert#onnx/model_q4.onnx', 'model.noSuchOnnx', {
      file: 'onnx/model_q4.onnx',
      files: ['onnx/model.onnx', 'onnx/model_quantized.onnx'],
    }));
  it('no config.json', () => fails(remove(new ModelCopy('bert'), 'config.json'), 'model.noConfig'));
  it('a config.json that is not JSON', () =>
    fails(new ModelCopy('bert').write('config.json', '{'), 'model.notJson', { file: expect.stringMatching(/config\.json$/) as string }));
  it('no tokenizer.json', () => fails(remove(new ModelCopy('bert'), 'tokenizer.json'), 'model.noTokenizer'));
  it('a tokenizer of an unknown kind', () =>
    fails(new ModelCopy('bert').json('tokenizer.json', { normalizer: { type: 'Nmt' } }), 'model.tokenizerUnusable', {
      reason: expect.stringContaining('Nmt') as string,
    }));
  it('a cut graph', () => {
    const copy = new ModelCopy('bert');
    return fails(copy.write('onnx/model.onnx', readFileSync(join(copy.folder, 'onnx/model.onnx')).subarray(0, 5000)), 'model.notOnnx', {
      bytes: 5000,
    });
  });
  it('an HTML page in place of a graph', () => fails(new ModelCopy('bert').write('onnx/model.onnx', '<!doctype html>'), 'model.notOnnx'));
  it('a pointer of Git LFS', () =>
    fails(new ModelCopy('bert').write('onnx/model.onnx', 'version https://git-lfs.github.com/spec/v1\noid sha256:0'), 'model.lfsPointer'));
  it('weights outside the graph that are not there', () =>
    fails(remove(new ModelCopy('llama'), 'onnx/model.onnx_data'), 'model.weightsMissing', { weights: 'model.onnx_data' }));
  it('weights outside the folder', () => {
    const copy = new ModelCopy('llama').graph(({ graph }) => {
      for (const tensor of graph.initializer)
        for (const entry of tensor.externalData ?? []) if (entry.key === 'location') entry.value = '../../secret';
    });
    return fails(copy, 'model.weightsOutside', { weights: '../../secret' });
  });
});

describe('a model that does not score words is refused', () => {
  it('an encoder–decoder', () =>
    fails(new ModelCopy('bert').json('config.json', { model_type: 't5', is_encoder_decoder: true }), 'model.encoderDecoder', {
      type: 't5',
    }));
  it('half of an encoder–decoder', () => {
    const copy = new ModelCopy('gpt2').graph(({ graph }) => {
      graph.input.push({ name: 'encoder_hidden_states', type: tensorType(ELEMENT.float, ['batch', 'sequence', 16]) });
    });
    return fails(copy, 'model.encoderDecoder', { type: 'gpt2' });
  });
  it('an encoder without its head', () => {
    const copy = new ModelCopy('bert').graph(({ graph }) => {
      graph.output = [{ name: 'last_hidden_state', type: tensorType(ELEMENT.float, ['batch', 'sequence', 16]) }];
    });
    return fails(copy, 'model.noLogits', { outputs: ['last_hidden_state'] });
  });
  it('a classifier', () => {
    const copy = new ModelCopy('bert').json('config.json', { architectures: ['BertForSequenceClassification'] }).graph(({ graph }) => {
      graph.output = [{ name: 'logits', type: tensorType(ELEMENT.float, ['batch', 2]) }];
    });
    return fails(copy, 'model.classifier', { architectures: ['BertForSequenceClassification'] });
  });
  it('a classifier of tokens', () => {
    const copy = new ModelCopy('bert')
      .json('config.json', { architectures: [], id2label: { 0: 'O', 1: 'PER', 2: 'LOC' } })
      .graph(({ graph }) => {
        graph.output = [{ name: 'logits', type: tensorType(ELEMENT.float, ['batch', 'sequence', 3]) }];
      });
    return fails(copy, 'model.classifier');
  });
  it('a model of pictures', () => {
    const copy = new ModelCopy('bert').graph(({ graph }) => {
      graph.input.push({ name: 'pixel_values', type: tensorType(ELEMENT.float, ['batch', 3, 224, 224]) });
    });
    return fails(copy, 'model.unknownInput', { inputs: ['pixel_values'] });
  });
  it('a masked model whose tokenizer has no mask', () => {
    const copy = new ModelCopy('distilbert');
    const text = readFileSync(join(copy.folder, 'tokenizer.json'), 'utf8').replaceAll('[MASK]', '[GAP]');
    return fails(copy.write('tokenizer.json', text), 'model.noMaskToken', { model: copy.reference });
  });
  it('a masked model under the policy', async () => {
    const model = await readModel('folder:test/models/roberta', '.');
    await expect(PolicyModel.open(model, ONE)).rejects.toEqual(coded('method.maskedPolicy', { model: model.reference }));
  });
});

describe('a model that cannot run says so in words', () => {
  const scores = async (copy: ModelCopy): Promise<unknown> => {
    const model = await readModel(copy.reference, '.');
    return openTaskModel(model, layoutOf(model, '{input} {prompt} {mask} .'), 't', [5, 6], ONE).catch((error: unknown) => error);
  };

  it('an operator that ONNX Runtime lacks', async () => {
    const copy = new ModelCopy('bert').graph(({ graph }) => {
      const last = graph.node.find((node) => node.output.includes('logits'))!;
      last.input = last.input.map((name) => (name.includes('MatMul') ? 'twisted' : name));
      graph.node = graph.node.filter((node) => node !== last);
      new GraphBuilder(graph).op('TwistedAttention', ['/cls/predictions/decoder/MatMul_output_0'], {}, 'twisted');
      graph.node.push(last);
    });
    const error = await scores(copy);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toEqual(coded('model.operator', { operator: 'TwistedAttention' }));
  });

  it('a graph of a later version', async () => {
    const copy = new ModelCopy('bert').graph((model) => {
      model.irVersion = 99;
    });
    expect(await scores(copy)).toEqual(coded('model.newerRuntime'));
  });

  it('an unknown head: the whole vocabulary is computed, and the scores are the same', async () => {
    const strange = new ModelCopy('bert').graph(({ graph }) => {
      const last = graph.node.find((node) => node.output.includes('logits'))!;
      last.output = ['plain'];
      // Elu(x) − Elu(x) + x
      const g = new GraphBuilder(graph, 'odd');
      const odd = g.op('Elu', ['plain']);
      g.op('Add', [g.op('Sub', [odd, odd]), 'plain'], {}, 'logits');
    });
    const run = async (reference: string) => {
      const model = await readModel(reference, '.');
      const layout = layoutOf(model, '{input} {prompt} {mask} .');
      const { model: task, notes } = await openTaskModel(model, layout, 't', [20, 70], ONE);
      const scored = await task.score([layout.encodePrompt('truly')], task.rows(['The story.', 'A mess']), [0, 1]);
      await task.release();
      return { scored, notes };
    };
    const [odd, plain] = [await run(strange.reference), await run('folder:test/models/bert')];
    expect(plain.notes).toEqual([]);
    expect(odd.notes).toEqual([word('model.wholeHead', { model: strange.reference })]);
    odd.scored.forEach((x, i) => expect(x).toBeCloseTo(plain.scored[i]!, 4));
  });

  it('such a head under the policy', async () => {
    const copy = new ModelCopy('gpt2').graph(({ graph }) => {
      const last = graph.node.find((node) => node.output.includes('logits'))!;
      last.output = ['plain'];
      new GraphBuilder(graph, 'odd').op('Elu', ['plain'], {}, 'logits');
    });
    const model = await readModel(copy.reference, '.');
    await expect(PolicyModel.open(model, ONE)).rejects.toEqual(coded('method.noHead', { model: copy.reference }));
  });

  it('a tokenizer of another model', async () => {
    const model = await readModel('folder:test/models/gpt2', '.');
    const policy = await PolicyModel.open(model, ONE);
    expect(() => policy.actionEmbedding([5, 50_000])).toThrow(coded('method.tokenBeyondModel', { token: 50_000, last: 419 }));
    await policy.release();
    const task = (await openTaskModel(model, layoutOf(model, '{input} {prompt}'), 't', [5, 6], ONE)).model;
    await expect(task.score([[50_000]], task.rows(['A film']), [0])).rejects.toEqual(coded('model.outOfBounds'));
    await task.release();
  });

  it('notes for what is slower', async () => {
    const note = async (file: string): Promise<readonly string[]> => {
      const model = await readModel(`folder:test/models/${file}`, '.');
      const { model: task, notes } = await openTaskModel(model, layoutOf(model, '{input} {prompt} {mask} .'), 't', [5, 6], ONE);
      await task.release();
      return notes;
    };
    expect(await note('gpt2')).toEqual([]);
    expect(await note('bloom')).toEqual([word('model.noPast', { model: 'folder:test/models/bloom' })]);
    const int8 = 'llama#onnx/model_int8.onnx';
    expect(await note(int8)).toEqual([word('model.oneByOne', { model: `folder:test/models/${int8}` })]);
  });

  it.each([
    ['Failed to allocate memory for requested buffer of size 1234567', 'model.memory'],
    ['std::bad_alloc', 'model.memory'],
    ['Array buffer allocation failed', 'model.memory'],
    [
      'Could not find an implementation for GatherBlockQuantized(1) node with name x',
      'model.operator',
      { operator: 'GatherBlockQuantized' },
    ],
    ['Fatal error: com.microsoft:FlashDance(-1) is not a registered function/op', 'model.operator', { operator: 'FlashDance' }],
    ['something new', 'model.runtime', { reason: 'something new' }],
  ] as [string, Code, object?][])('ONNX Runtime: %s', (message, code, args) => {
    const error = runtimeError(new Error(message), 'folder:x');
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toEqual(coded(code, { model: 'folder:x', ...args }));
  });
});

describe('which file of a folder is used', () => {
  const used = async (copy: ModelCopy, file = ''): Promise<string> =>
    (await readModel(copy.reference + file, '.')).whole.file.path.slice(copy.folder.length + 1);

  it('the most exact, or the one that is named', async () => {
    const copy = new ModelCopy('bert');
    expect(await used(copy)).toBe('onnx/model.onnx');
    expect(await used(copy, '#onnx/model_quantized.onnx')).toBe('onnx/model_quantized.onnx');
    expect(await used(remove(copy, 'onnx/model.onnx'))).toBe('onnx/model_quantized.onnx');
  });

  it('one graph for both halves of decoding before two', async () => {
    const copy = new ModelCopy('gpt2-merged');
    expect(await used(copy)).toBe('onnx/decoder_model_merged.onnx');
    expect(await used(remove(copy, 'onnx/decoder_model_merged.onnx'))).toBe('onnx/decoder_model.onnx');
    const model = await readModel(copy.reference, '.');
    expect(model.withPast?.file.path.endsWith('onnx/decoder_with_past_model.onnx')).toBe(true);
    remove(copy, 'onnx/decoder_with_past_model.onnx');
    expect((await readModel(copy.reference, '.')).withPast).toBeUndefined();
  });

  it('the only one, whatever its name', async () => {
    const copy = new ModelCopy('bert');
    const graph = readFileSync(join(copy.folder, 'onnx/model.onnx'));
    expect(await used(remove(copy, 'onnx').write('mine.onnx', graph))).toBe('mine.onnx');
  });

  it('a folder whose name holds a #', async () => {
    const copy = new ModelCopy('bert');
    mkdirSync(`${copy.folder}/C#`);
    const inner = new ModelCopy('bert');
    const { cpSync } = await import('node:fs');
    cpSync(inner.folder, `${copy.folder}/C#`, { recursive: true });
    expect((await readModel(`folder:${copy.folder}/C#`, '.')).kind).toBe('masked');
    expect((await readModel(`folder:${copy.folder}/C##onnx/model_quantized.onnx`, '.')).whole.file.path).toMatch(/quantized/);
  });

  it('the hash tells files apart, those outside the graph too', async () => {
    const hash = async (reference: string): Promise<string> => (await readModel(reference, '.')).hash;
    expect(await hash('folder:test/models/bert')).not.toBe(await hash('folder:test/models/bert#onnx/model_quantized.onnx'));
    const copy = new ModelCopy('llama');
    const before = await hash(copy.reference);
    expect(before).toBe(await hash('folder:test/models/llama'));
    const weights = readFileSync(join(copy.folder, 'onnx/model.onnx_data'));
    weights[1000]! ^= 1;
    copy.write('onnx/model.onnx_data', weights);
    expect(await hash(copy.reference)).not.toBe(before);
  });
});
