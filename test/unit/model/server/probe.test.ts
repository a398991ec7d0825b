import { describe, expect, it } from 'vitest';
import { openServer } from '../../../../src/model/server/openServer';
import type { ServerError } from '../../../../src/model/server/serverError';
import type { TextModel } from '../../../../src/model/server/textModel';
import { serverSchema, type ServerSettings } from '../../../../src/spec/schema';
import type { Message } from '../../../../src/spec/template';
import { word } from '../../../../src/wording/wording';
import {
  chatCompletion,
  completion,
  FakeClock,
  fakeServer,
  send,
  type FakeServer,
  type Handler,
  type Received,
  type Tokens,
} from './fakeServer';

const SAMPLES = ['A fine film.', 'A bad film.', 'Long.', 'Short.'];

async function open(server: FakeServer, settings: Partial<ServerSettings> = {}, words = ['terrible', 'great']): Promise<TextModel> {
  const task = { words, labels: ['0', '1'], samples: SAMPLES };
  const reference = `openai:tiny@${server.url}`;
  const access = { environment: {}, clock: new FakeClock() };
  return (await openServer(reference, serverSchema.parse({ maxRetries: 1, ...settings }), task, access)).model;
}

async function failure(opening: Promise<unknown>): Promise<ServerError> {
  try {
    await opening;
  } catch (error) {
    return error as ServerError;
  }
  throw new Error('it opened');
}

/** A language model that knows fine from bad; words that were repeated come again. */
function tops(text: string): Tokens {
  const last = text.split(' ').at(-1)!;
  if (text === Array(6).fill(last).join(' ')) return { [` ${last}`]: -0.1, ' the': -5 };
  return { ' great': text.includes('bad') ? -3 : -1, ' terrible': text.includes('bad') ? -1 : -3, ' the': -2 };
}

/** As many tokens as were asked for: unlikely ones fill the list. */
const padded = (top: Tokens, count: unknown): Tokens => {
  const missing = Math.max(0, Number(count) - Object.keys(top).length);
  return { ...top, ...Object.fromEntries(Array.from({ length: missing }, (_, i) => [` filler${i}`, -20 - i / 1000])) };
};

const texts = ({ body }: Received): string[] => (Array.isArray(body.prompt) ? body.prompt : [body.prompt!]);
const path = (request: Received): string => request.path.replace('/v1', '');

const NOWHERE: Handler = (_, response) => send(response, 404, { error: 'no such address' });

/** Completions with log-probabilities, at most so many, of one text or several. */
function completions(options: { most?: number; arrays?: boolean | 'first' | 'reversed'; other?: Handler } = {}): Handler {
  const { most = 1e9, arrays = true, other = NOWHERE } = options;
  return (request, response, count) => {
    if (path(request) !== '/completions') return other(request, response, count);
    if (Number(request.body.logprobs) > most) return send(response, 400, { error: { message: `logprobs must be at most ${most}` } });
    if (Array.isArray(request.body.prompt) && arrays === false) return send(response, 500, { error: { message: '' } });
    const asked = texts(request);
    const answered = arrays === 'first' ? asked.slice(0, 1) : arrays === 'reversed' ? [...asked].reverse() : asked;
    send(
      response,
      200,
      completion(answered, (text) => padded(tops(text), request.body.logprobs)),
    );
  };
}

describe('a server with completions and log-probabilities', () => {
  it('reports as many as it can, in batches', async () => {
    const server = await fakeServer(completions());
    const model = await open(server);
    expect(model.batch).toBe(16);
    expect(model.how).toBe(word('server.byCompletion', { top: 100 }));
    expect(await model.score(['bad', 'good'])).toEqual([
      { logits: [-1, -3], missing: 0 },
      { logits: [-3, -1], missing: 0 },
    ]);
    expect(server.received.at(-1)!.body).toEqual({ model: 'tiny', prompt: ['bad', 'good'], max_tokens: 1, temperature: 0, logprobs: 100 });
    expect(model.count.perText).toBe(10);
  });

  it.each([
    [20, 20],
    [5, 5],
    [4, 2],
  ])('that reports %i at most is asked for %i', async (most, top) => {
    expect((await open(await fakeServer(completions({ most })))).how).toBe(word('server.byCompletion', { top }));
  });

  it.each([false, 'first', 'reversed'] as const)('with several texts in a request: %s, it gets them one by one', async (arrays) => {
    const server = await fakeServer(completions({ arrays }));
    expect((await open(server)).batch).toBe(1);
    expect((await open(server, { promptBatch: 1 })).batch).toBe(1);
  });

  it('takes the batch and the number of log-probabilities that the spec says', async () => {
    const server = await fakeServer(completions());
    const model = await open(server, { promptBatch: 3, topLogprobs: 7 });
    expect(model.batch).toBe(3);
    expect(model.how).toBe(word('server.byCompletion', { top: 7 }));
  });

  it('that silently reports fewer is not asked for more', async () => {
    const many = (text: string): Tokens => ({
      ...tops(text),
      ...Object.fromEntries(Array.from({ length: 18 }, (_, i) => [` w${i}`, -6 - i])),
    });
    const server = await fakeServer((request, response) => send(response, 200, completion(texts(request), many)));
    expect((await open(server)).how).toBe(word('server.byCompletion', { top: 20 }));
  });

  it('is asked for more when label words are not among the first hundred', async () => {
    const server = await fakeServer((request, response) => {
      const deep = Number(request.body.logprobs) === 1000;
      const filler = Object.fromEntries(Array.from({ length: 99 }, (_, i) => [` w${i}`, -2 - i / 100]));
      const shallow = (text: string): Tokens => (text.includes('film') ? { ...filler, ' great': -1 } : { ...filler, ...tops(text) });
      send(response, 200, completion(texts(request), deep ? tops : shallow));
    });
    const model = await open(server);
    expect(model.how).toBe(word('server.byCompletion', { top: 1000 }));
    expect((await model.score(['A bad film.']))[0]!.logits).toEqual([-1, -3]);
  });

  it('is not asked for more because of a place where it reports nothing', async () => {
    const server = await fakeServer((request, response) => {
      if (texts(request)[0] === 'Short.' && !Array.isArray(request.body.prompt))
        return send(response, 200, { choices: [{ text: '', index: 0, logprobs: { tokens: [], top_logprobs: [] } }] });
      send(
        response,
        200,
        completion(texts(request), (text) => padded(tops(text), request.body.logprobs)),
      );
    });
    expect((await open(server)).how).toBe(word('server.byCompletion', { top: 100 }));
    expect(server.received.some(({ body }) => body.logprobs === 1000)).toBe(false);
  });

  it('scores a word by its first token when its tokenizer splits it', async () => {
    const split = (text: string): Tokens => {
      const { ' terrible': terrible, ...rest } = tops(text);
      return terrible === undefined ? rest : { ...rest, ' terr': terrible, ' t': -9 };
    };
    const model = await open(await fakeServer((request, response) => send(response, 200, completion(texts(request), split))));
    expect(await model.score(['bad'])).toEqual([{ logits: [-1, -3], missing: 0 }]);
    expect(model.identity).toContainEqual([
      { word: 'terrible', first: 'terr' },
      { word: 'great', first: 'great' },
    ]);
  });

  it('cannot tell two words that begin with the same token apart', async () => {
    const server = await fakeServer((request, response) =>
      path(request) === '/completions'
        ? send(
            response,
            200,
            completion(texts(request), () => ({ ' un': -0.1, ' the': -2 })),
          )
        : send(response, 404, {}),
    );
    const error = await failure(open(server, { scoring: 'completion-logprobs' }, ['unhappy', 'unsure']));
    expect(error).toMatchObject({ code: 'server.notScorable', failure: 'model' });
    expect(error.message).toContain(word('server.sameFirstToken', { words: ['unhappy', 'unsure'], token: 'un' }));
  });

  it('in the shape of llama.cpp', async () => {
    const server = await fakeServer((request, response) => {
      if (Array.isArray(request.body.prompt)) return send(response, 400, {});
      const [text] = texts(request);
      const list = Object.entries(tops(text!)).map(([token, logprob]) => ({ id: 1, token, logprob, bytes: [] }));
      send(response, 200, { choices: [{ index: 0, text: '', logprobs: { content: [{ ...list[0], top_logprobs: list }] } }] });
    });
    expect(await (await open(server)).score(['bad'])).toEqual([{ logits: [-1, -3], missing: 0 }]);
  });

  it('that reports nothing at the end of a text is asked again', async () => {
    const server = await fakeServer((request, response) => {
      const [text] = texts(request);
      if (text === 'The end.' && request.body.temperature === 0)
        return send(response, 200, { choices: [{ text: '', index: 0, logprobs: { tokens: [], top_logprobs: [] } }] });
      send(response, 200, completion(texts(request), tops));
    });
    expect(await (await open(server)).score(['The end.'])).toEqual([{ logits: [-3, -1], missing: 0 }]);
  });
});

const chatTops = (text: string): Tokens => {
  const repeated = /write nothing else: (\w+)/.exec(text)?.[1];
  return repeated === undefined
    ? { Great: text.includes('bad') ? -3 : -1, Terrible: text.includes('bad') ? -1 : -3 }
    : { [repeated]: -0.1, a: -4 };
};
const chat =
  (logprobs = true): Handler =>
  (request, response) => {
    if (path(request) !== '/chat/completions') return send(response, 404, { detail: 'Not Found' });
    if (Number(request.body.top_logprobs) > 20) return send(response, 400, { error: 'at most 20' });
    const text = request.body.messages!.at(-1)!.content;
    send(
      response,
      200,
      chatCompletion(
        text.includes('bad') ? 'Terrible.' : 'Great.',
        logprobs ? padded(chatTops(text), request.body.top_logprobs) : undefined,
      ),
    );
  };

describe('a server with chats only', () => {
  it('is scored at the start of its answer', async () => {
    const server = await fakeServer(chat());
    const model = await open(server);
    expect(model.how).toBe(word('server.byChat', { top: 20 }));
    expect(await model.score(['bad'])).toEqual([{ logits: [-1, -3], missing: 0 }]);
    expect(server.received.at(-1)!.body).toEqual({
      model: 'tiny',
      messages: [
        { role: 'system', content: 'Continue the text with exactly one of these words and nothing else: "terrible", "great".' },
        { role: 'user', content: 'bad' },
      ],
      max_tokens: 1,
      temperature: 0,
      logprobs: true,
      top_logprobs: 20,
    });
  });

  it('gets the messages of a chat as they are, and no completion request', async () => {
    const server = await fakeServer(chat());
    const messages = (content: string): Message[] => [
      { role: 'system', content: 'Say great or terrible.' },
      { role: 'user', content },
    ];
    const task = { words: ['terrible', 'great'], labels: ['0', '1'], samples: SAMPLES.map(messages) };
    const access = { environment: {}, clock: new FakeClock() };
    const { model } = await openServer(`openai:tiny@${server.url}`, serverSchema.parse({ maxRetries: 1 }), task, access);
    expect(model.how).toBe(word('server.byChat', { top: 20 }));
    expect(await model.score([messages('bad')])).toEqual([{ logits: [-1, -3], missing: 0 }]);
    expect(server.received.at(-1)!.body.messages).toEqual(messages('bad'));
    expect(server.received.map(path)).not.toContain('/completions');
    const texts = await open(server);
    expect(model.identity).not.toEqual(texts.identity);
  });

  it('without log-probabilities is scored by its answers to the messages', async () => {
    const server = await fakeServer(chat(false));
    const messages = (content: string): Message[] => [{ role: 'user', content }];
    const task = { words: ['terrible', 'great'], labels: ['0', '1'], samples: SAMPLES.map(messages) };
    const access = { environment: {}, clock: new FakeClock() };
    const { model } = await openServer(`openai:tiny@${server.url}`, serverSchema.parse({ maxRetries: 1 }), task, access);
    expect(model.how).toBe(word('server.byAnswer'));
    const [score] = await model.score([messages('bad')]);
    expect(score!.logits[0]).toBeGreaterThan(score!.logits[1]!);
    expect(server.received.map(path)).not.toContain('/completions');
  });

  it('gets the system message of the spec, or none', async () => {
    const server = await fakeServer(chat());
    await (await open(server, { systemMessage: 'Be brief.' })).score(['x']);
    expect(server.received.at(-1)!.body.messages![0]).toEqual({ role: 'system', content: 'Be brief.' });
    await (await open(server, { systemMessage: '' })).score(['x']);
    expect(server.received.at(-1)!.body.messages).toEqual([{ role: 'user', content: 'x' }]);
  });

  it('that names fields differently gets those names', async () => {
    const server = await fakeServer((request, response, count) => {
      const { body } = request;
      if (body.max_tokens !== undefined)
        return send(response, 400, { error: { message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." } });
      if (body.temperature !== undefined) return send(response, 400, { error: { message: "'temperature' does not support 0" } });
      chat()(request, response, count);
    });
    await (await open(server)).score(['x']);
    const { body } = server.received.at(-1)!;
    expect(body.max_completion_tokens).toBe(1);
    expect(body).not.toHaveProperty('max_tokens');
    expect(body).not.toHaveProperty('temperature');
  });

  it('without log-probabilities is scored by what it writes', async () => {
    const server = await fakeServer(chat(false));
    const model = await open(server);
    expect(model.how).toBe(word('server.byAnswer'));
    const [bad, good] = await model.score(['bad', 'good']);
    expect(bad!.logits[0]).toBeGreaterThan(bad!.logits[1]!);
    expect(good!.logits[1]).toBeGreaterThan(good!.logits[0]!);
    expect(server.received.at(-1)!.body.max_tokens).toBe(8);
  });
});

describe('the way of scoring', () => {
  it('is the one whose tokens contain the label words', async () => {
    // Completions of a chat model that continues in another vein.
    const other = completions({ other: chat() });
    const server = await fakeServer((request, response, count) =>
      path(request) === '/completions' && !texts(request)[0]!.includes('great great') && !texts(request)[0]!.includes('terrible terrible')
        ? send(
            response,
            200,
            completion(texts(request), () => ({ ' I': -1, ' you': -2 })),
          )
        : other(request, response, count),
    );
    expect((await open(server)).how).toBe(word('server.byChat', { top: 20 }));
    expect((await open(server, { scoring: 'completion-logprobs' })).how).toMatch(/^label words/);
  });

  it('is the one that the spec names', async () => {
    const server = await fakeServer(completions({ other: chat() }));
    expect((await open(server)).how).toBe(word('server.byCompletion', { top: 100 }));
    expect((await open(server, { scoring: 'chat-logprobs' })).how).toBe(word('server.byChat', { top: 20 }));
    expect((await open(server, { scoring: 'answer' })).how).toBe(word('server.byAnswer'));
  });

  it('is an answer as text when there is no chat', async () => {
    const server = await fakeServer((request, response) =>
      path(request) === '/completions' ? send(response, 200, { choices: [{ text: ' great', logprobs: null }] }) : send(response, 404, {}),
    );
    const [score] = await (await open(server)).score(['x']);
    expect(score!.logits[1]).toBeGreaterThan(score!.logits[0]!);
  });

  it('is none, for all the reasons given', async () => {
    const server = await fakeServer((_, response) => send(response, 400, { error: 'nothing works' }));
    const error = await failure(open(server));
    expect(error).toMatchObject({ code: 'server.notScorable', args: [{ model: 'tiny', url: server.url }] });
    for (const way of ['completion-logprobs: ', 'chat-logprobs: ', 'answer: ', 'nothing works']) expect(error.message).toContain(way);
  });

  it('fails for a model without log-probabilities when the spec asks for them', async () => {
    const error = await failure(open(await fakeServer(chat(false)), { scoring: 'chat-logprobs' }));
    expect(error.message).toContain(word('server.noLogprobs'));
  });
});

describe('a server that cannot be opened', () => {
  it('lists the models that it has', async () => {
    const server = await fakeServer((request, response) =>
      path(request) === '/models'
        ? send(response, 200, { data: [{ id: 'llama' }, { id: 'qwen' }] })
        : send(response, 404, { error: { message: 'model "tiny" not found' } }),
    );
    const error = await failure(open(server));
    expect(error).toMatchObject({ code: 'server.otherModels', args: [{ names: ['llama', 'qwen'] }] });
    expect(error.message).toContain('model "tiny" not found'.replaceAll('"', '\\"'));
  });

  it.each([
    [401, 'key'],
    [429, 'busy'],
    [402, 'quota'],
  ])('with %i fails at once', async (status, kind) => {
    const server = await fakeServer((_, response) => send(response, status, {}));
    expect((await failure(open(server))).failure).toBe(kind);
    expect(server.received.length).toBeLessThan(3);
  });

  it('because it is down fails', async () => {
    const server = await fakeServer(() => undefined);
    await server.close();
    expect(await failure(open(server))).toMatchObject({ failure: 'down', code: 'server.unreachable' });
  });
});

describe('a reference without a model', () => {
  const find = async (ids: string[]): Promise<string> => {
    const server = await fakeServer((request, response, count) =>
      path(request) === '/models' ? send(response, 200, { data: ids.map((id) => ({ id })) }) : completions()(request, response, count),
    );
    const task = { words: ['terrible', 'great'], labels: ['0', '1'], samples: SAMPLES };
    const access = { environment: {}, clock: new FakeClock() };
    return (await openServer(`openai:${server.url}`, serverSchema.parse({}), task, access)).name.replace(server.url, 'URL');
  };

  it('uses the only one', async () => {
    expect(await find(['only'])).toBe('only on URL');
  });

  it('asks for a name when there is not exactly one', async () => {
    await expect(find(['a', 'b'])).rejects.toMatchObject({ code: 'server.severalModels', args: [{ names: ['a', 'b'] }] });
    await expect(find([])).rejects.toMatchObject({ code: 'server.noModels' });
  });
});
