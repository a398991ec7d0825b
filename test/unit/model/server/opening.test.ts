import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../src/model/local/modelFolder';
import { openProposer } from '../../../../src/model/openProposer';
import { openGenerator, openTask } from '../../../../src/model/openTask';
import type { Access } from '../../../../src/model/door';
import { Opening, type Learned } from '../../../../src/model/server/opening';
import { parseSpec } from '../../../../src/spec/spec';
import { chatCompletion, completion, fakeServer, send, type FakeServer, type Handler } from './fakeServer';

const TEXTS = Array.from({ length: 40 }, (_, i) => `text ${i}`);

/** A model whose service knows neither `max_tokens` nor a temperature. */
const particular: Handler = ({ path, body }, response) => {
  if (path === '/v1/models') return send(response, 200, { data: [{ id: 'tiny' }] });
  if (path !== '/v1/chat/completions') return send(response, 404, { error: { message: 'no such address' } });
  if (body.max_tokens !== undefined) return send(response, 400, { error: { message: "use 'max_completion_tokens'" } });
  if (body.temperature !== undefined) return send(response, 400, { error: { message: 'no temperature' } });
  send(response, 200, chatCompletion('great', undefined));
};
const tops: Handler = ({ path, body }, response) => {
  const scores = (): object => completion([body.prompt!].flat(), () => ({ ' great': -1, ' terrible': -2, ' other': -3 }));
  if (path === '/v1/completions') send(response, 200, scores());
  else send(response, 404, { error: { message: 'no such address' } });
};

function through(learned: Learned): Learned {
  return JSON.parse(JSON.stringify(learned)) as Learned;
}

async function open(server: FakeServer | undefined, opening: Opening, more: object = {}, access: Access = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-opening-'));
  const spec = parseSpec(
    JSON.stringify({
      data: { train: 'x.csv' },
      labels: { '0': 'terrible', '1': 'great' },
      template: '{input} {prompt}',
      taskModel: `openai:${server?.url}`,
      ...more,
    }),
    join(folder, 'x.prompt-task.json'),
  );
  const needs = { spec, classes: ['0', '1'], samples: TEXTS, policy: await readModel('bundled:causal', '.'), mostQueries: 100 };
  const all = { ...access, opening };
  const task = spec.kind === 'generation' ? await openGenerator(needs, { threads: 1 }, all) : await openTask(needs, { threads: 1 }, all);
  const asked = { reference: spec.taskModel, spec, maxTokens: 50 };
  const proposer = await openProposer(asked, { threads: 1 }, all);
  opening.end();
  return { task, proposer };
}

describe.each([
  ['log-probabilities', tops, {}],
  ['answers, of a service with words of its own', particular, { server: { scoring: 'answer' } }],
  [
    'generated texts',
    tops,
    { kind: 'generation', labels: undefined, generation: { maxTokens: 4 }, metrics: [{ type: 'contains', value: 'a' }] },
  ],
] as const)('a model with %s that is opened again', (_, handler, more) => {
  it('is what it was, at the pace that it had, without a request', async () => {
    const server = await fakeServer((request, response, count) =>
      request.method === 'GET' ? particular(request, response, count) : handler(request, response, count),
    );
    const first = new Opening();
    const { task, proposer } = await open(server, first, more);
    expect(first.grew).toBe(true);
    server.received.splice(0);

    const again = new Opening(through(first.learned));
    const { task: same, proposer: sameProposer } = await open(server, again, more);
    expect(same.folder.hash).toBe(task.folder.hash);
    expect(same.pace).toEqual(task.pace);
    expect(same.notes()).toEqual(task.notes());
    expect(same.call()).toEqual(task.call());
    expect(sameProposer.hash).toBe(proposer.hash);
    expect(again.grew).toBe(false);
    // The list of models is free, and tells whether the server has another one now.
    expect(new Set(server.received.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(['GET /v1/models']));
    // What comes after the opening goes out, the same text among it.
    server.received.splice(0);
    await sameProposer.answer('Reply with the word OK.', 0);
    expect(server.received).toHaveLength(1);
  });
});

describe('an opening', () => {
  it('keeps nothing that repeats a key, and no refusal that passes', async () => {
    const opening = new Opening();
    for (const reply of [{ status: 200, text: 'sk-1', secret: true }, ...[401, 402, 403, 408, 429].map((status) => ({ status, text: '' }))])
      expect(await opening.reply([reply.status], () => Promise.resolve(reply))).toBe(reply);
    expect(opening.learned.replies).toEqual({});
    expect(opening.grew).toBe(false);
  });

  it("asks one of the editor's models once, for the user's consent", async () => {
    const asked: string[] = [];
    const ask: Access['ask'] = ({ messages }) => Promise.resolve(asked.push(messages.at(-1)!.content) > 0 ? 'great' : '');
    const more = { taskModel: 'vscode-lm:x' };
    const first = new Opening();
    const { task } = await open(undefined, first, more, { ask });
    expect(asked.length).toBeGreaterThan(30);
    asked.splice(0);
    const { task: same } = await open(undefined, new Opening(through(first.learned)), more, { ask });
    expect(same.pace).toEqual(task.pace);
    expect(asked).toEqual(['text 0', 'Reply with the word OK.']);
  });
});
