import { resolve } from 'node:path';
import { AutoModelForCausalLM, AutoModelForMaskedLM, AutoTokenizer, env, Tensor, type PreTrainedModel } from '@huggingface/transformers';
import { describe, expect, it } from 'vitest';
import { Layout } from '../../../../src/model/local/layout';
import { readModel } from '../../../../src/model/local/modelFolder';
import { PrefixTaskModel } from '../../../../src/model/local/prefixTaskModel';
import { WholeRowTaskModel } from '../../../../src/model/local/wholeRowTaskModel';
import { forCausal, parseTemplate } from '../../../../src/spec/template';

/** Our scores against @huggingface/transformers on the same files: another tokenizer path, whole rows, whole head. */
env.allowRemoteModels = false;
env.localModelPath = resolve('models');

const TEXTS = [
  'A film of rare warmth.',
  "The plot 's a mess , the jokes do n't land , and nobody seems to care .",
  'Fine.',
  'Nach dem Film: naïve, köstlich — and far too long, with <mask> and {prompt} in the subtitles.',
];
const PROMPTS = ['', ' Absolutely', ' In short, it was'];
const WORDS = [' terrible', ' great'];

async function expected(model: PreTrainedModel, ids: number[], at: number, labels: number[]): Promise<number[]> {
  const dims = [1, ids.length];
  const tensor = (values: number[]): Tensor => new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
  const { logits } = (await model({ input_ids: tensor(ids), attention_mask: tensor(ids.map(() => 1)) })) as { logits: Tensor };
  const vocabulary = logits.dims[2]!;
  return labels.map((id) => (logits.data as Float32Array)[at * vocabulary + id]!);
}

describe('label-word scores', () => {
  it('agree on the causal model, with kept keys and values and without', async () => {
    const folder = await readModel('bundled:causal', '.');
    const model = await AutoModelForCausalLM.from_pretrained('causal', { dtype: 'fp32' });
    const tokenizer = await AutoTokenizer.from_pretrained('causal');
    const layout = new Layout(forCausal(parseTemplate('{input} {prompt}')).parts, folder.tokenizer, folder.context, 8);
    const labels = WORDS.map((word) => folder.tokenizer.encode(word)[0]!);
    const prefix = await PrefixTaskModel.open(folder, layout, 't', labels, { threads: 1 });
    const whole = await WholeRowTaskModel.open(folder, layout, 't', labels, { threads: 1 });
    const prompts = PROMPTS.map((prompt) => layout.encodePrompt(prompt.trim()));
    const rows = TEXTS.map((_, i) => i);
    const kept = await prefix.score(prompts, prefix.rows(TEXTS), rows);
    const naive = await whole.score(prompts, whole.rows(TEXTS), rows);
    kept.forEach((score, i) => expect(Math.abs(score - naive[i]!)).toBeLessThan(1e-4));
    for (const [p, prompt] of PROMPTS.entries()) {
      for (const [r, text] of TEXTS.entries()) {
        // The one text that holds a special token's name is text to us and a special token to them.
        if (text.includes('<mask>')) continue;
        const ids = tokenizer.encode(text + prompt, { add_special_tokens: false });
        const oracle = await expected(model, ids, ids.length - 1, labels);
        oracle.forEach((value, k) => expect(kept[(p * TEXTS.length + r) * 2 + k]).toBeCloseTo(value, 3));
      }
    }
    await Promise.all([prefix.release(), whole.release(), model.dispose()]);
  });

  it('agree on the masked model', async () => {
    const folder = await readModel('bundled:masked', '.');
    const model = await AutoModelForMaskedLM.from_pretrained('masked', { dtype: 'fp32' });
    const tokenizer = await AutoTokenizer.from_pretrained('masked');
    const layout = new Layout(parseTemplate('{input} {prompt} {mask} .').parts, folder.tokenizer, folder.context, 8);
    const labels = WORDS.map((word) => folder.tokenizer.encode(word)[0]!);
    const whole = await WholeRowTaskModel.open(folder, layout, 't', labels, { threads: 1 });
    const rows = TEXTS.map((_, i) => i);
    const scores = await whole.score(
      PROMPTS.map((prompt) => layout.encodePrompt(prompt.trim())),
      whole.rows(TEXTS),
      rows,
    );
    for (const [p, prompt] of PROMPTS.entries()) {
      for (const [r, text] of TEXTS.entries()) {
        if (text.includes('<mask>')) continue;
        const ids = tokenizer.encode(`${text}${prompt} <mask> .`);
        const oracle = await expected(model, ids, ids.indexOf(folder.tokenizer.maskId!), labels);
        oracle.forEach((value, k) => expect(scores[(p * TEXTS.length + r) * 2 + k]).toBeCloseTo(value, 3));
      }
    }
    await Promise.all([whole.release(), model.dispose()]);
  });
});
