import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

/** Reading fails, and the message has these words. */
async function fails(copy: ModelCopy | string, ...words: string[]): Promise<void> {
  const reference = typeof copy === 'string' ? copy : copy.reference;
  const error: unknown = await readModel(reference, '.').catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ModelError);
  for (const word of words) expect((error as Error).message).toContain(word);
}

describe('a model folder that lacks something says what', () => {
  it('no known kind of reference', () =>
    fails('gpt2', 'folder:PATH', 'hf:OWNER/NAME', 'as "taskModel" also openai:MODEL@URL', 'vscode-lm:VENDOR/FAMILY'));
  it('no folder', () => fails('folder:test/models/none', 'There is no folder', 'folder:PATH'));
  it('a file in place of a folder', () => fails('folder:package.json', 'There is no folder'));
  it('no ONNX file', () => fails(remove(new ModelCopy('bert'), 'onnx'), 'no ONNX file', 'optimum-cli export onnx'));
  it('ONNX files of unknown names', () => {
    const copy = new ModelCopy('bert');
    const graph = readFileSync('test/models/bert/onnx/model.onnx');
    remove(copy, 'onnx').write('first.onnx', graph).write('second.onnx', graph);
    return fails(copy, 'several ONNX files', 'first.onnx, second.onnx', '#first.onnx');
  });
  it('a file that is named and not there', () =>
    fails('folder:test/models/bert#onnx/model_q4.onnx', 'has no file onnx/model_q4.onnx', 'onnx/model.onnx, onnx/model_quantized.onnx'));
  it('no config.json', () => fails(remove(new ModelCopy('bert'), 'config.json'), 'no config.json'));
  it('a config.json that is no JSON', () => fails(new ModelCopy('bert').write('config.json', '{'), 'config.json is no JSON'));
  it('no tokenizer.json', () => fails(remove(new ModelCopy('bert'), 'tokenizer.json'), 'tokenizer.json is not there', 'save_pretrained'));
  it('a tokenizer of an unknown kind', () =>
    fails(new ModelCopy('bert').json('tokenizer.json', { normalizer: { type: 'Nmt' } }), 'tokenizer that cannot be used', 'Nmt'));
  it('a cut graph', () => {
    const copy = new ModelCopy('bert');
    return fails(
      copy.write('onnx/model.onnx', readFileSync(join(copy.folder, 'onnx/model.onnx')).subarray(0, 5000)),
      'not the whole of one',
    );
  });
  it('an HTML page in place of a graph', () =>
    fails(new ModelCopy('bert').write('onnx/model.onnx', '<!doctype html>'), 'is no ONNX model'));
  it('a pointer of Git LFS', () =>
    fails(new ModelCopy('bert').write('onnx/model.onnx', 'version https://git-lfs.github.com/spec/v1\noid sha256:0'), 'git lfs pull'));
  it('weights outside the graph that are not there', () =>
    fails(remove(new ModelCopy('llama'), 'onnx/model.onnx_data'), 'keeps its weights in model.onnx_data'));
  it('weights outside the folder', () => {
    const copy = new ModelCopy('llama').graph(({ graph }) => {
      for (const tensor of graph.initializer)
        for (const entry of tensor.externalData ?? []) if (entry.key === 'location') entry.value = '../../secret';
    });
    return fails(copy, 'outside its folder');
  });
});

describe('a model that does not say words is refused', () => {
  it('an encoder–decoder', () =>
    fails(new ModelCopy('bert').json('config.json', { model_type: 't5', is_encoder_decoder: true }), 'encoder–decoder model (t5)'));
  it('half of an encoder–decoder', () => {
    const copy = new ModelCopy('gpt2').graph(({ graph }) => {
      graph.input.push({ name: 'encoder_hidden_states', type: tensorType(ELEMENT.float, ['batch', 'sequence', 16]) });
    });
    return fails(copy, 'encoder–decoder');
  });
  it('an encoder without its head', () => {
    const copy = new ModelCopy('bert').graph(({ graph }) => {
      graph.output = [{ name: 'last_hidden_state', type: tensorType(ELEMENT.float, ['batch', 'sequence', 16]) }];
    });
    return fails(copy, 'gives last_hidden_state and no logits', '--task fill-mask');
  });
  it('a classifier', () => {
    const copy = new ModelCopy('bert').json('config.json', { architectures: ['BertForSequenceClassification'] }).graph(({ graph }) => {
      graph.output = [{ name: 'logits', type: tensorType(ELEMENT.float, ['batch', 2]) }];
    });
    return fails(copy, 'is a classifier (BertForSequenceClassification)', 'no words');
  });
  it('a classifier of tokens', () => {
    const copy = new ModelCopy('bert')
      .json('config.json', { architectures: [], id2label: { 0: 'O', 1: 'PER', 2: 'LOC' } })
      .graph(({ graph }) => {
        graph.output = [{ name: 'logits', type: tensorType(ELEMENT.float, ['batch', 'sequence', 3]) }];
      });
    return fails(copy, 'is a classifier');
  });
  it('a model of pictures', () => {
    const copy = new ModelCopy('bert').graph(({ graph }) => {
      graph.input.push({ name: 'pixel_values', type: tensorType(ELEMENT.float, ['batch', 3, 224, 224]) });
    });
    return fails(copy, 'asks for "pixel_values"', 'does not read text');
  });
  it('a masked model whose tokenizer has no mask', () => {
    const copy = new ModelCopy('distilbert');
    const text = readFileSync(join(copy.folder, 'tokenizer.json'), 'utf8').replaceAll('[MASK]', '[GAP]');
    return fails(copy.write('tokenizer.json', text), 'has no mask token', 'tokenizer_config.json');
  });
  it('a masked model under the policy', async () => {
    const model = await readModel('folder:test/models/roberta', '.');
    await expect(PolicyModel.open(model, ONE)).rejects.toThrow(
      /roberta is a masked model; the policy needs a causal one, such as bundled:causal/,
    );
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
    expect((error as Error).message).toMatch(
      /uses the operator TwistedAttention, which ONNX Runtime cannot run here\. Choose another file/,
    );
  });

  it('a graph of a later version', async () => {
    const copy = new ModelCopy('bert').graph((model) => {
      model.irVersion = 99;
    });
    expect(((await scores(copy)) as Error).message).toMatch(/written for a newer ONNX Runtime.*Export it again with --opset 18/);
  });

  it('a head that nobody knows: the whole vocabulary is computed, and the scores are the same', async () => {
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
    expect(odd.notes).toEqual([expect.stringMatching(/cannot be narrowed to the label words.*slower/)]);
    odd.scored.forEach((x, i) => expect(x).toBeCloseTo(plain.scored[i]!, 4));
  });

  it('such a head under the policy', async () => {
    const copy = new ModelCopy('gpt2').graph(({ graph }) => {
      const last = graph.node.find((node) => node.output.includes('logits'))!;
      last.output = ['plain'];
      new GraphBuilder(graph, 'odd').op('Elu', ['plain'], {}, 'logits');
    });
    const model = await readModel(copy.reference, '.');
    await expect(PolicyModel.open(model, ONE)).rejects.toThrow(/has no head that can be told from the rest.*bundled:causal/);
  });

  it('a tokenizer of another model', async () => {
    const model = await readModel('folder:test/models/gpt2', '.');
    const policy = await PolicyModel.open(model, ONE);
    expect(() => policy.actionEmbedding([5, 50_000])).toThrow(/has a token 50000 and the model ends at 419: they do not belong together/);
    await policy.release();
    const task = (await openTaskModel(model, layoutOf(model, '{input} {prompt}'), 't', [5, 6], ONE)).model;
    await expect(task.score([[50_000]], task.rows(['A film']), [0])).rejects.toThrow(
      /do tokenizer\.json and config\.json belong to this ONNX file/,
    );
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
    expect(await note('bloom')).toEqual([expect.stringMatching(/each prompt reads every text again.*text-generation-with-past/)]);
    expect(await note('llama#onnx/model_int8.onnx')).toEqual([expect.stringMatching(/rows are scored one at a time/)]);
  });

  it.each([
    ['Failed to allocate memory for requested buffer of size 1234567', /not enough memory.*smaller or a quantised file/],
    ['std::bad_alloc', /not enough memory/],
    ['Array buffer allocation failed', /not enough memory/],
    ['Could not find an implementation for GatherBlockQuantized(1) node with name x', /operator GatherBlockQuantized/],
    ['Fatal error: com.microsoft:FlashDance(-1) is not a registered function/op', /operator FlashDance/],
    ['something new', /ONNX Runtime cannot run the model folder:x: something new/],
  ])('ONNX Runtime: %s', (message, words) => {
    const error = runtimeError(new Error(message), 'folder:x');
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toMatch(words);
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
