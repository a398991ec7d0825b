import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AskError, type Ask, type AskRequest } from '../../../../src/model/server/editorModel';
import { noteText } from '../../../../src/wording/note';
import type { Access } from '../../../../src/model/door';
import { readModel } from '../../../../src/model/local/modelFolder';
import { openTextGeneration } from '../../../../src/model/server/textGeneration';
import { parseSpec } from '../../../../src/spec/spec';
import { word } from '../../../../src/wording/wording';
import { fakeServer, send, type Handler, type Received } from './fakeServer';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-texts-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Sent {
  readonly prompt?: string;
  readonly messages?: { content: string }[];
  readonly n?: number;
  readonly seed?: number;
  readonly stop?: string[];
  readonly temperature?: number;
}
const bodyOf = (request: Received): Sent => request.body as unknown as Sent;

/** Answers with `TEXT #i`, as a completion or in a chat. @param most texts to one request */
const writes =
  (most = Infinity): Handler =>
  (request, response) => {
    const { prompt, messages, n = 1 } = bodyOf(request);
    const text = prompt ?? messages!.at(-1)!.content;
    const choices = Array.from({ length: Math.min(n, most) }, (_, i) => {
      const written = ` ${text.toUpperCase()} #${i}\n`;
      return prompt === undefined ? { message: { content: written } } : { text: written };
    });
    send(response, 200, { choices, usage: { total_tokens: 9 * choices.length } });
  };

async function open(url: string, change: object = {}, access: Access = {}) {
  const spec = parseSpec(
    JSON.stringify({
      kind: 'generation',
      data: { train: 'a.csv' },
      template: '{input} {prompt}',
      taskModel: `openai:m@${url}`,
      generation: { samples: 3, stop: ['#2'], topK: 5 },
      metrics: [{ type: 'equals', value: 'a' }],
      server: { maxRetries: 0 },
      ...change,
    }),
    join(folder, 'x.prompt-task.json'),
  );
  const policy = await readModel('bundled:causal', '.');
  const needs = { spec, classes: [''], samples: ['one', 'two'], policy, mostQueries: 20 };
  return { ...(await openTextGeneration(needs, { cacheFolder: folder, ...access })), policy };
}

describe('texts of a server', () => {
  it('come several to a request where the server gives them, trimmed, up to a stop text', async () => {
    const server = await fakeServer(writes());
    const { generator, ...opened } = await open(server.url);
    const before = server.received.length;
    const set = generator.rows(['a film']);
    const texts = await generator.generate([{ ids: opened.encodePrompt('good'), row: 0, samples: [0, 1, 2] }], set);
    expect(texts).toEqual([['A FILM GOOD #0', 'A FILM GOOD #1', 'A FILM GOOD']]);
    expect(server.received.slice(before).map((request) => bodyOf(request).n)).toEqual([3]);
    expect(opened.pace!.textsPerQuery).toBe(3);
    // Asked again, or by another run, they are those of before.
    const again = await open(server.url);
    const count = server.received.length;
    expect(await again.generator.generate([{ ids: opened.encodePrompt('good'), row: 0, samples: [0, 1, 2] }], set)).toEqual(texts);
    expect(server.received).toHaveLength(count);
  });

  it('come one to a request, each with a seed of its own, where the server gives one', async () => {
    const server = await fakeServer(writes(1));
    const { generator } = await open(server.url);
    const before = server.received.length;
    await generator.generate([{ ids: [], row: 0, samples: [0, 1, 2] }], generator.rows(['a film']));
    const asked = server.received.slice(before).map(bodyOf);
    expect(asked.map(({ n }) => n)).toEqual([undefined, undefined, undefined]);
    expect(new Set(asked.map(({ seed }) => seed)).size).toBe(3);
  });

  it('come from a chat where there are no completions', async () => {
    const server = await fakeServer((request, response, count) =>
      request.path.endsWith('/chat/completions') ? writes()(request, response, count) : send(response, 404, { error: 'no such path' }),
    );
    const { generator } = await open(server.url);
    expect(await generator.generate([{ ids: [], row: 0, samples: [0] }], generator.rows(['a film']))).toEqual([['A FILM #0']]);
  });

  it('are missing where the server gives fewer than it is asked for, or fails; both are counted', async () => {
    let short = false;
    const server = await fakeServer((request, response, count) => {
      const { prompt = '' } = bodyOf(request);
      if (prompt.startsWith('bad')) send(response, 400, { error: { message: 'blocked' } });
      else writes(short ? 2 : Infinity)(request, response, count);
    });
    const { generator, ...opened } = await open(server.url);
    short = true;
    const orders = [0, 1].map((row) => ({ ids: [], row, samples: [0, 1, 2] }));
    const texts = await generator.generate(orders, generator.rows(['a film', 'bad']));
    expect(texts).toEqual([
      ['A FILM #0', 'A FILM #1', undefined],
      [undefined, undefined, undefined],
    ]);
    expect(
      opened
        .notes()
        .map(noteText)
        .filter((note) => /1 of 6 texts|3 queries|left out/.test(note)).length,
    ).toBeGreaterThanOrEqual(2);
  });

  it('go without the fields that a server refuses', async () => {
    const server = await fakeServer((request, response, count) => {
      const refused = ['seed', 'top_k'].find((name) => name in request.body);
      if (refused) send(response, 400, { error: { message: `Unknown field: ${refused}` } });
      else writes()(request, response, count);
    });
    const { generator, ...opened } = await open(server.url);
    expect(await generator.generate([{ ids: [], row: 0, samples: [0] }], generator.rows(['a film']))).toEqual([['A FILM #0']]);
    expect(
      opened
        .notes()
        .map(noteText)
        .some((note) => note.includes('seed, top_k')),
    ).toBe(true);
  });

  it('are never more than the plan allows', async () => {
    const server = await fakeServer(writes());
    const { generator } = await open(server.url);
    const texts = Array.from({ length: 23 }, (_, i) => `text ${i}`);
    const orders = texts.map((_, row) => ({ ids: [], row, samples: [0, 1, 2] }));
    await expect(generator.generate(orders, generator.rows(texts))).rejects.toMatchObject({ code: 'server.budgetSpent' });
  });

  it('are kept in a file whose torn last line costs that line only', async () => {
    const server = await fakeServer(writes());
    const { generator } = await open(server.url);
    const order = { ids: [], row: 0, samples: [0, 1, 2] };
    await generator.generate([order], generator.rows(['a film']));
    const file = join(
      folder,
      readdirSync(folder).find((name) => name.startsWith('texts-'))!,
    );
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -8));
    const again = await open(server.url);
    const count = server.received.length;
    await again.generator.generate([order], generator.rows(['a film']));
    expect(server.received.slice(count).map((request) => bodyOf(request).n)).toEqual([undefined]);
    expect(
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}')).length,
    ).toBe(3);
  });
});

describe("texts of VS Code's models", () => {
  const model = { taskModel: 'vscode-lm:copilot/gpt-4o', generation: { samples: 2, maxTokens: 4, stop: ['#'] } };

  it('are asked for once a sample, cut to their length and kept', async () => {
    const asked: AskRequest[] = [];
    const ask: Ask = (request) => {
      asked.push(request);
      return Promise.resolve(` one two three four five six`);
    };
    const opened = await open('', model, { ask });
    const { generator, pace, policy } = opened;
    expect(asked).toHaveLength(3);
    expect(asked[0]).toEqual({ model: 'copilot/gpt-4o', messages: [{ role: 'user', content: 'one' }] });
    expect(pace).toMatchObject({ name: 'copilot/gpt-4o of VS Code', textsPerQuery: 2, keyFrom: undefined });
    const set = generator.rows(['one', 'two']);
    const orders = [{ ids: policy.tokenizer.encode(' good'), row: 1, samples: [0, 1] }];
    expect(await generator.generate(orders, set)).toEqual([['one two three four', 'one two three four']]);
    expect(asked.slice(3).map(({ messages }) => messages.at(-1)!.content)).toEqual(['two good', 'two good']);
    await generator.generate(orders, set);
    expect(asked).toHaveLength(5);
    expect(opened.notes()).toContainEqual(word('server.editorWrites', { tokens: 4 }));
  });

  it('of a chat come with the system message as the beginning of the user’s first, and a note says so', async () => {
    const asked: AskRequest[] = [];
    const template = [
      { role: 'system', content: '{prompt}' },
      { role: 'user', content: 'Write: {input}' },
    ];
    const ask: Ask = (request) => {
      asked.push(request);
      return Promise.resolve('done');
    };
    const opened = await open('', { ...model, template }, { ask });
    const { generator } = opened;
    expect(opened.notes()).not.toContain(word('server.editorFolded'));
    await generator.generate([{ ids: opened.encodePrompt('Be kind.'), row: 0, samples: [0] }], generator.rows(['one']));
    expect(asked.at(-1)!.messages).toEqual([{ role: 'user', content: 'Be kind.\n\nWrite: one' }]);
    expect(opened.notes()).toContain(word('server.editorFolded'));
  });

  it('are not to be had outside VS Code', async () => {
    await expect(open('', model)).rejects.toMatchObject({ code: 'server.outsideEditor' });
  });

  it('that a provider refuses are missing; where it refuses all, so does the run', async () => {
    const refused = new AskError('blocked', 'no');
    const ask: Ask = ({ messages }) => (messages[0]!.content.includes('two') ? Promise.reject(refused) : Promise.resolve('text'));
    const { generator } = await open('', { ...model, generation: { samples: 1 } }, { ask });
    const orders = [0, 1].map((row) => ({ ids: [], row, samples: [0] }));
    expect(await generator.generate(orders, generator.rows(['one', 'two']))).toEqual([['text'], [undefined]]);
    await expect(open('', model, { ask: () => Promise.reject(refused) })).rejects.toMatchObject({ code: 'server.editorBlocked' });
  });
});
