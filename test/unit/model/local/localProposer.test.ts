import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OpenProposer } from '../../../../src/model/door';
import { openProposer } from '../../../../src/model/openProposer';
import { parseSpec } from '../../../../src/spec/spec';
import { word } from '../../../../src/wording/wording';
import { ModelCopy } from './modelCopy';

/** A chat template that says who speaks; the model has 96 tokens, of which a fourth is for the answer. */
const TURNS =
  "{% for m in messages %}{{ m.role ~ ': ' ~ m.content ~ '\\n' }}{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}";

const GPT2 = `folder:${resolve('test/models/gpt2')}`;

async function open(reference: string): Promise<OpenProposer> {
  const spec = parseSpec('{ "data": { "train": "x.csv" } }', '/x.prompt-task.json');
  return openProposer({ reference, spec, maxTokens: 2000 }, { threads: 1 }, {});
}

describe('a proposer that runs here', () => {
  it('answers by its chat template, the same to the same number, another text to another', async () => {
    const model = new ModelCopy('gpt2').write('chat_template.jinja', TURNS);
    const [chat, plain] = [await open(model.reference), await open(GPT2)];
    expect(chat).toMatchObject({ maxTokens: 24, remote: undefined });
    const [one, again, other] = await Promise.all([
      chat.answer('A good film.', 1),
      chat.answer('A good film.', 1),
      chat.answer('A good film.', 2),
    ]);
    expect(one.text).not.toBe('');
    expect(again).toEqual(one);
    expect(other.text).not.toBe(one.text);
    expect(one.counted).toBe(true);
    expect((await plain.answer('A good film.', 1)).text).not.toBe(one.text);
    await Promise.all([chat.release(), plain.release()]);
  });

  it('says so where a request does not fit, and is not asked for half of it', async () => {
    const model = new ModelCopy('gpt2');
    const proposer = await open(model.reference);
    const problem = word('model.requestTooLong', { model: model.reference, context: 96, answer: 24 });
    expect(await proposer.answer('much too long '.repeat(40), 1)).toEqual({ text: undefined, problem, tokens: 0, counted: true });
    await proposer.release();
  });

  it('stops writing when the run does, what waits for its turn included', async () => {
    const proposer = await open(GPT2);
    const stop = new AbortController();
    const answers = [1, 2, 3].map((seed) => proposer.answer('A good film.', seed, stop.signal));
    stop.abort();
    for (const { status } of await Promise.allSettled(answers)) expect(status).toBe('rejected');
    await proposer.release();
  });

  it('cannot be a masked model', async () => {
    await expect(open('bundled:masked')).rejects.toMatchObject({ code: 'model.cannotGenerate' });
  });
});
