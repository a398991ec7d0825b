import { describe, expect, it } from 'vitest';
import { readModel, type ModelFolder } from '../../../../src/model/local/modelFolder';
import { openTaskModel } from '../../../../src/model/local/openTaskModel';
import { PolicyModel } from '../../../../src/method/policyModel';
import { PrefixTaskModel } from '../../../../src/model/local/prefixTaskModel';
import { WholeRowTaskModel } from '../../../../src/model/local/wholeRowTaskModel';
import { expectedScores, furthest, layoutOf } from './expectedScores';

/** Files of test/models, as the exporters wrote them, and what they try. */
const FILES: [file: string, kind: 'masked' | 'causal', keeps: boolean, what: string][] = [
  ['bert', 'masked', false, 'WordPiece in lower case, token types, a tied head behind a transform'],
  ['bert#onnx/model_quantized.onnx', 'masked', false, 'dynamic int8, the tied head de-quantised'],
  ['distilbert', 'masked', false, 'WordPiece with case, no token types, graph beside config.json, special tokens by their usual names'],
  ['distilbert#model_fp16.onnx', 'masked', false, 'fp16 inside, fp32 outside'],
  ['roberta', 'masked', false, 'byte-level BPE, places counted from the padding id'],
  ['albert', 'masked', false, 'Unigram, embeddings smaller than states'],
  ['xlm-roberta', 'masked', false, 'Unigram behind a split into words'],
  ['gpt2', 'causal', true, 'byte-level BPE, tied head'],
  ['gpt2-merged', 'causal', true, 'both decoders in one file behind a switch, no position_ids'],
  ['gpt2-merged#onnx/decoder_model.onnx', 'causal', true, 'two decoders in two files'],
  ['llama', 'causal', true, 'SentencePiece BPE, <s> before texts, grouped heads, untied head, weights in a file of their own'],
  ['llama#onnx/model_int8.onnx', 'causal', false, 'dynamic int8, the head too'],
  ['qwen2', 'causal', true, 'byte-level BPE without a start token, more rows in the head than tokens'],
  ['qwen2#onnx/model_fp16.onnx', 'causal', true, 'fp16, kept keys and values too'],
  ['qwen2#onnx/model_q4.onnx', 'causal', true, '4-bit weights in blocks, the head too'],
  [
    'qwen2-genai',
    'causal',
    true,
    'ONNX Runtime GenAI: fused attention that goes on from one text at a time, 4-bit weights, no sizes of heads',
  ],
  ['opt', 'causal', true, '</s> before texts'],
  ['gpt-neox', 'causal', true, 'untied head'],
  ['gemma2', 'causal', true, 'SentencePiece BPE without a space at the start, capped logits, no position_ids'],
  ['bloom', 'causal', false, 'no past at all'],
];
const ONE = { threads: 1 };

const folderOf = (file: string): string => file.split('#')[0]!;
const open = (file: string): Promise<ModelFolder> => readModel(`folder:test/models/${file}`, '.');
/** Which of Python's scores are a file's. */
const scoredAs = (file: string): string =>
  file === 'qwen2-genai' ? 'model.onnx' : /fp16|quantized|int8|q4/.test(file) ? file.split('#')[1]! : 'fp32';

describe.each(FILES)('%s', (file, kind, keeps) => {
  const expected = expectedScores(folderOf(file));

  it('is the kind of model that it is', async () => {
    const model = await open(file);
    expect(model.kind).toBe(kind);
    expect(model.context).toBe(96);
  });

  it.each(expected.cases.map((each) => [each.template, each] as const))(
    'has the ids and scores of Python for %j',
    async (template, { labelIds, rows }) => {
      const model = await open(file);
      const layout = layoutOf(model, template);
      const { tokenizer } = model;
      expect(expected.words.map((word) => tokenizer.encode(layout.maskAtStart ? word : ` ${word}`))).toEqual(labelIds.map((id) => [id]));
      const texts = [...new Set(rows.map((row) => row.text))];
      const prompts = [...new Set(rows.map((row) => row.prompt))];
      const ids = prompts.map((prompt) => layout.encodePrompt(prompt));
      for (const [p, prompt] of prompts.entries())
        for (const text of texts) {
          const row = layout.row(text, prompt === '');
          const python = rows.find((each) => each.text === text && each.prompt === prompt)!;
          expect([...row.before, ...ids[p]!, ...row.after], `${prompt} | ${text}`).toEqual(python.ids);
        }
      const { model: task } = await openTaskModel(model, layout, template, labelIds, ONE);
      const scores = await task.score(ids, task.rows(texts), texts.map((_, i) => i)); // prettier-ignore
      const python = prompts.flatMap((prompt) =>
        texts.flatMap((text) => rows.find((each) => each.text === text && each.prompt === prompt)!.logits[scoredAs(file)]!),
      );
      expect(furthest(scores, python)).toBeLessThan(1e-3);
      expect(task instanceof PrefixTaskModel).toBe(keeps && layout.inputFirst);
      await task.release();
    },
  );

  it.runIf(keeps)('scores behind kept keys and values as in whole rows', async () => {
    const model = await open(file);
    const layout = layoutOf(model, '{input} {prompt}');
    const { labelIds, rows } = expected.cases[0]!;
    // More than a batch, of many lengths.
    const texts = Array.from({ length: 3 }, (_, n) => rows.map((row) => row.text.slice(0, 40 - 9 * n) + row.prompt)).flat();
    const prompts = ['', 'truly', 'In short, it was'].map((prompt) => layout.encodePrompt(prompt));
    const order = texts.map((_, i) => i);
    const prefix = await PrefixTaskModel.open(model, layout, 't', labelIds, ONE);
    const whole = await WholeRowTaskModel.open(model, layout, 't', labelIds, ONE);
    const kept = await prefix.score(prompts, prefix.rows(texts), order);
    const naive = await whole.score(prompts, whole.rows(texts), order);
    expect(furthest(kept, naive)).toBeLessThan(file.includes('fp16') ? 2e-2 : 1e-4);
    await Promise.all([prefix.release(), whole.release()]);
  });

  it('scores a row alike whatever stands beside it', async () => {
    const model = await open(file);
    const { template, labelIds, rows } = expected.cases[0]!;
    const layout = layoutOf(model, template);
    const texts = rows.map((row) => row.text);
    const { model: task } = await openTaskModel(model, layout, template, labelIds, ONE);
    const prompt = [layout.encodePrompt('truly')];
    const all = await task.score(prompt, task.rows(texts), texts.map((_, i) => i)); // prettier-ignore
    const alone = await task.score(prompt, task.rows([texts[7]!]), [0]);
    expect(furthest(all.subarray(14, 16), alone)).toBeLessThan(1e-5);
    await task.release();
  });

  it.runIf(expected.policy)('gives the policy its states and its embedding', async () => {
    const model = await open(file);
    const policy = await PolicyModel.open(model, ONE);
    const { prefixes, perplexity } = expected.policy!;
    expect(policy.source).toEqual(prefixes[0]!.ids);
    const states = await policy.states(prefixes.map(({ ids }) => ids));
    const logits = await policy.languageLogits(states);
    const V = policy.embedding.length / policy.stateSize;
    if (scoredAs(file) === 'fp32') {
      expect(
        furthest(
          states,
          prefixes.flatMap(({ state }) => state),
        ),
      ).toBeLessThan(1e-3);
      prefixes.forEach((prefix, i) => expect(furthest(logits.subarray(i * V, i * V + 12), prefix.logits)).toBeLessThan(1e-3));
      expect(await policy.perplexity(perplexity.ids)).toBeCloseTo(perplexity.value, 1);
    } else {
      // The graph's own logits, at every word: those of the label words as the task model scores them.
      const layout = layoutOf(model, '{input} {prompt}');
      const words = [5, 77, 300];
      const whole = await WholeRowTaskModel.open(model, layout, 't', words, ONE);
      const text = expected.cases[0]!.rows[0]!.text;
      const row = layout.row(text, true).before;
      const [state, scores] = [await policy.states([row]), await whole.score([[]], whole.rows([text]), [0])];
      const own = await policy.languageLogits(state);
      expect(
        furthest(
          words.map((id) => own[id]!),
          scores,
        ),
      ).toBeLessThan(/int8|q4|genai/.test(file) ? 0.2 : 1e-2);
      await whole.release();
    }
    await policy.release();
  });
});
