import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../../../src/model/local/modelFolder';
import type { TaskModel } from '../../../../src/model/taskModel';
import type { OpenTask } from '../../../../src/model/door';
import { openTask } from '../../../../src/model/openTask';
import { parseSpec } from '../../../../src/spec/spec';
import { word } from '../../../../src/wording/wording';
import { recording, type Recording } from './recording';

/*
 * A real server that we did not write: `python -m llama_cpp.server` of llama-cpp-python 0.3.36, which is llama.cpp, on the
 * bundled causal model as GGUF (tools/models/write_gguf.py):
 *
 *   python -m llama_cpp.server --model causal.gguf --model_alias bundled-causal --n_ctx 256 --logits_all true --port 8123
 *   RLPROMPT_RECORD=http://127.0.0.1:8123 npx vitest run test/unit/model/server/llamaCpp.test.ts
 *
 * Its scores are compared with those of our own graph on the same weights.
 */
const TEXTS = [
  'The animation looks hand-painted, the songs stick, and the villain has an actual point.',
  'Four hundred pages of setup for a sequel I have no intention of reading.',
  'I laughed twice, both times at the posters in the lobby.',
  'A warm, generous film that earns every tear – naïve, perhaps, but never cheap.',
  // Not "<mask>" or the like: llama.cpp reads a special token where we read text.
  'He said "{prompt}" and 100 % nothing else.',
  'Dull.',
];
const PROMPTS = ['', 'It was', 'All in all, it was', 'Absolutely'];

let server: Recording;
beforeAll(async () => {
  server = await recording(resolve('test/fixtures/server/llama-cpp-python.jsonl'));
});
afterAll(() => server.close());

async function open(taskModel: string, settings: object = {}): Promise<OpenTask> {
  const text = JSON.stringify({
    data: { train: 'x.csv' },
    labels: { '0': 'terrible', '1': 'great' },
    template: '{input} {prompt}',
    taskModel,
    compare: PROMPTS.filter((prompt) => prompt !== ''),
    // One request at a time, so that a recording is the same every time; the draws at temperature 1 are not.
    server: { concurrency: 1, ...settings },
  });
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-llama-'));
  const spec = parseSpec(text, join(folder, 'x.prompt-task.json'));
  const needs = { spec, classes: ['0', '1'], samples: TEXTS, policy: await readModel('bundled:causal', '.'), mostQueries: 100 };
  return openTask(needs, { threads: 1 }, {});
}

/** log p(great) − log p(terrible) of every prompt and text; NaN where a row has no score. */
async function differences(task: OpenTask): Promise<number[]> {
  const model: TaskModel = task.model;
  const rows = TEXTS.map((_, i) => i);
  const prompts = PROMPTS.map((prompt) => task.encodePrompt(prompt));
  const logits = await model.score(prompts, model.rows(TEXTS), rows);
  await model.release();
  return Array.from({ length: logits.length / 2 }, (_, i) => logits[2 * i + 1]! - logits[2 * i]!);
}

describe("llama.cpp's scores", () => {
  it.each([
    ['completions', { scoring: 'auto' }, 'server.byCompletion'],
    ['chats', { scoring: 'chat-logprobs', systemMessage: '', topLogprobs: 100 }, 'server.byChat'],
  ] as const)('of %s agree with our own to 0.01', async (_, settings, how) => {
    const own = await differences(await open('bundled:causal'));
    const task = await open(`openai:bundled-causal@${server.url}`, settings);
    expect(task.notes()[0]).toBe(word(how, { top: 100 }));
    const theirs = await differences(task);
    expect(task.notes()).toHaveLength(1);
    const apart = own.map((difference, i) => Math.abs(difference - theirs[i]!));
    expect(Math.max(...apart)).toBeLessThan(0.01);
    if (process.env.RLPROMPT_RECORD) console.log(how, Math.max(...apart));
  });

  it('of written answers agree too', async () => {
    const task = await open(`openai:bundled-causal@${server.url}`, { scoring: 'answer', systemMessage: '', maxTokens: 4 });
    const own = await differences(await open('bundled:causal'));
    const theirs = await differences(task);
    const agree = own.filter((difference, i) => Number.isNaN(theirs[i]) || difference > 0 === theirs[i]! > 0);
    expect(agree.length / own.length).toBeGreaterThan(0.9);
  });
});
