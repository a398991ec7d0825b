import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/run/result/result';
import type { CandidateRecord } from '../../src/search/reflect/record';
import { fakeServer, send, type Received } from '../unit/model/server/fakeServer';
import { recording } from '../unit/model/server/recording';
import { rlprompt, smallTask, temporaryFolder } from './commandLine';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function own(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

function result(out: string): RunResult {
  return JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
}

function lines<T>(file: string): T[] {
  const text = readFileSync(file, 'utf8').trimEnd();
  return text.split('\n').map((line) => JSON.parse(line) as T);
}

const START = 'Say what is right about this review:';
const reflecting = {
  steps: undefined,
  promptsPerStep: undefined,
  validateEvery: undefined,
  warmStart: undefined,
  method: ['reflect'],
  queryBudget: 400,
};
const task = (path: string, proposer: string, proposerCalls: number): string =>
  smallTask(
    path,
    { ...reflecting, proposerCalls },
    { proposer, template: '{prompt} {input}', compare: undefined, prompt: { start: START, maxTokens: 40 } },
  );

describe('a chat model of a folder as proposer', () => {
  it('goes from a spec to a table', { timeout: 300_000 }, async () => {
    const path = own('local');
    const model = join(path, 'model');
    cpSync('test/models/qwen2', model, { recursive: true });
    // Its positions are computed, so that it reads longer texts than its files admit.
    for (const [file, field] of [
      ['config.json', 'max_position_embeddings'],
      ['tokenizer_config.json', 'model_max_length'],
    ] as const) {
      const config = join(model, file);
      writeFileSync(config, readFileSync(config, 'utf8').replace(new RegExp(`"${field}": \\d+`), `"${field}": 1600`));
    }
    writeFileSync(
      join(model, 'chat_template.jinja'),
      "{% for m in messages %}{{ m.role ~ ': ' ~ m.content ~ '\\n' }}{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}",
    );
    const out = join(path, 'run');
    const finished = await rlprompt('optimize', task(path, `folder:${model}`, 2), '--out', out, '--threads', '1');
    expect(finished.stderr).not.toContain('failed');
    expect(finished.status).toBe(0);
    const { prompts, searches } = result(out);
    expect(prompts.map(({ prompt }) => prompt)).toContain(START);
    const answers = lines<{ text?: string; answer?: true; tokens: number }>(join(out, 'proposals.jsonl')).filter(({ answer }) => answer);
    expect(answers).toHaveLength(2);
    for (const { text } of answers) expect(text!.length).toBeGreaterThan(10);
    expect(searches![0]!.proposer).toEqual({
      model: `folder:${model}`,
      calls: 2,
      tokens: answers.reduce((sum, { tokens }) => sum + tokens, 0),
      counted: true,
      lost: 0,
    });
  });
});

/*
 * A real server that we did not write, on the bundled causal model, which follows no instruction:
 *
 *   python -m llama_cpp.server --model causal.gguf --model_alias bundled-causal --n_ctx 256 --port 8123
 *   RLPROMPT_RECORD=http://127.0.0.1:8123 npx vitest run --project run test/run/proposers.test.ts
 *
 * (llama-cpp-python 0.3.36; the model by tools/models/write_gguf.py.)
 */
const RECORDED = resolve('test/fixtures/server/llama-cpp-proposals.jsonl');
const isReal = process.env.RLPROMPT_RECORD !== undefined;

interface Exchange {
  readonly request: { readonly path: string; readonly body: Readonly<Record<string, unknown>> };
  readonly status: number;
  readonly answer: unknown;
}

describe("llama.cpp's server as proposer", () => {
  it('survives nonsense, empty answers and requests that are too long, and says so', { timeout: 300_000 }, async () => {
    const path = own('llama');
    const exchanges = existsSync(RECORDED) ? lines<Exchange>(RECORDED) : [];
    const [, ...proposals] = exchanges;
    let asked = 0;
    // What it said is said again in turn, whatever the search asks by now.
    const received: Received[] = [];
    const server = isReal
      ? await recording(RECORDED)
      : await fakeServer((request, response) => {
          received.push(request);
          const { status, answer } = asked++ === 0 ? exchanges[0]! : proposals[asked % proposals.length]!;
          send(response, status, answer);
        });
    const out = join(path, 'run');
    const spec = task(path, `openai:bundled-causal@${server.url}`, 30);
    const finished = await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes');
    await server.close();
    expect(finished.stderr).not.toContain('Error');
    expect(finished.status).toBe(0);
    const { prompts, searches, notes } = result(out);
    expect(prompts.map(({ prompt }) => prompt)).toContain(START);
    const records = lines<CandidateRecord>(join(out, 'candidates.jsonl')).filter(({ proposer }) => proposer);
    const refusals = new Set(records.map(({ refused }) => refused));
    for (const one of ['noBlock', 'failed'] as const) expect(refusals).toContain(one);
    expect(searches![0]!.proposer!.calls).toBe(records.length);
    expect(JSON.stringify(notes)).toMatch(/requests to the proposer failed; the last: .*256/);
    if (received.length === 0) return;
    // The requests are of the form that the real server took.
    const fields = (body: object): string[] => Object.keys(body).filter((name) => name !== 'seed');
    const [, real] = exchanges;
    for (const { path: to, body } of received.slice(1)) {
      expect(`${to} ${fields(body).join()}`).toBe(`${real!.request.path} ${fields(real!.request.body).join()}`);
    }
  });
});
