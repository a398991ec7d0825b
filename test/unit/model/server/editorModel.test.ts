import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AskError, openEditorModel, type Ask, type AskFailure, type AskRequest } from '../../../../src/model/server/editorModel';
import type { TextModel } from '../../../../src/model/server/textModel';
import { serverSchema, type ServerSettings } from '../../../../src/spec/schema';
import type { Message } from '../../../../src/spec/template';
import { word } from '../../../../src/wording/wording';
import { FakeClock } from './fakeServer';

afterEach(() => void vi.useRealTimers());

const task = { words: ['terrible', 'great'], labels: ['0', '1'], samples: ['A sample.'] };

function open(ask: Ask | undefined, settings: Partial<ServerSettings> = {}, reference = 'vscode-lm:copilot/gpt-4o'): Promise<TextModel> {
  return openEditorModel(reference, serverSchema.parse({ maxRetries: 2, ...settings }), task, { ask }, new FakeClock());
}

describe('a model of VS Code', () => {
  it('is not available outside VS Code', async () => {
    await expect(open(undefined)).rejects.toMatchObject({ code: 'server.outsideEditor' });
  });

  it('gets messages, and is scored by what it writes', async () => {
    const requests: AskRequest[] = [];
    const model = await open((request) => {
      requests.push(request);
      return Promise.resolve(request.messages.at(-1)!.content.includes('bad') ? 'Terrible' : 'great!');
    });
    const [bad, good] = await model.score(['bad', 'good']);
    expect(bad!.logits.map(Math.exp)).toEqual([expect.closeTo(0.98), expect.closeTo(0.02)]);
    expect(good!.logits.map(Math.exp)).toEqual([expect.closeTo(0.02), expect.closeTo(0.98)]);
    expect(requests[0]).toEqual({
      model: 'copilot/gpt-4o',
      messages: [
        { role: 'system', content: 'Continue the text with exactly one of these words and nothing else: "terrible", "great".' },
        { role: 'user', content: 'A sample.' },
      ],
    });
  });

  it('gets the system message of a chat as the beginning of the first message of the user, and a note says so', async () => {
    const requests: AskRequest[] = [];
    const chat = (prompt: string): Message[] => [
      ...(prompt === '' ? [] : [{ role: 'system' as const, content: prompt }]),
      { role: 'user', content: 'A bad film.' },
      { role: 'assistant', content: 'terrible' },
      { role: 'user', content: 'A good film.' },
    ];
    const ask: Ask = (request) => {
      requests.push(request);
      return Promise.resolve('great');
    };
    const settings = serverSchema.parse({ maxRetries: 2 });
    const model = await openEditorModel('vscode-lm:x', settings, { ...task, samples: [chat('')] }, { ask }, new FakeClock());
    expect(requests[0]!.messages).toEqual(chat(''));
    expect(model.folded).toBeUndefined();
    await model.score([chat('Judge it.')]);
    expect(requests[1]!.messages).toEqual([{ role: 'user', content: 'Judge it.\n\nA bad film.' }, ...chat('').slice(1)]);
    expect(model.folded).toBe(word('server.editorFolded'));
    expect(model.identity).not.toEqual((await open(ask)).identity);
  });

  it('may be any', async () => {
    let model: string | undefined;
    await open(
      (request) => {
        ({ model } = request);
        return Promise.resolve('great');
      },
      {},
      'vscode-lm:',
    );
    expect(model).toBe('');
  });

  it.each([
    ['no-model', 'model', 'server.editorNoModel'],
    ['no-consent', 'key', 'server.editorNoConsent'],
    ['quota', 'quota', 'server.editorQuota'],
    ['blocked', 'blocked', 'server.editorBlocked'],
    ['failed', 'broken', 'server.editorFailed'],
  ] as const)('that rejects with "%s" gives a message of its own', async (reason, failure, code) => {
    const args = [{ model: 'copilot/gpt-4o', says: 'details' }];
    await expect(open(() => Promise.reject(new AskError(reason, 'details')))).rejects.toMatchObject({ failure, code, args });
  });

  it('gives a reason that has crossed a process border', async () => {
    const plain = { reason: 'quota' satisfies AskFailure, message: 'spent' };
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what arrives there is not an Error
    await expect(open(() => Promise.reject(plain))).rejects.toMatchObject({ failure: 'quota' });
    await expect(open(() => Promise.reject(new Error('who knows')))).rejects.toMatchObject({ failure: 'broken' });
  });

  it('is retried when it fails, not when it refuses', async () => {
    let times = 0;
    const failing = await open(() =>
      ++times === 2 || times === 3 ? Promise.reject(new AskError('failed', 'x')) : Promise.resolve('great'),
    );
    await failing.score(['a text']);
    expect(times).toBe(4);
    times = 0;
    const refusing = await open(() => (++times > 1 ? Promise.reject(new AskError('blocked', 'x')) : Promise.resolve('great')));
    await expect(refusing.score(['a text'])).rejects.toMatchObject({ failure: 'blocked' });
    expect(times).toBe(2);
  });

  it('is not retried when the first request fails', async () => {
    let times = 0;
    const failing = open(() => {
      times++;
      return Promise.reject(new AskError('failed', 'x'));
    });
    await expect(failing).rejects.toMatchObject({ failure: 'broken' });
    expect(times).toBe(1);
  });

  it('does not run more requests at once than allowed', async () => {
    let [now, most] = [0, 0];
    const model = await open(
      async () => {
        most = Math.max(most, ++now);
        await turn();
        now--;
        return 'great';
      },
      { concurrency: 2 },
    );
    await Promise.all(Array.from({ length: 8 }, (_, i) => model.score([`text ${i}`])));
    expect(most).toBe(2);
  });
});

describe('a request to a model of VS Code', () => {
  /** Answers the first request, which opens the model, and leaves the others to a test. */
  const afterOpening = (ask: Ask): Ask => {
    let times = 0;
    return (request, signal) => (times++ === 0 ? Promise.resolve('great') : ask(request, signal));
  };

  it('that is out of time is canceled, and retried only once it has ended', async () => {
    let [running, most] = [0, 0];
    const model = await open(
      afterOpening(async (_, signal) => {
        most = Math.max(most, ++running);
        await new Promise((aborted) => signal!.addEventListener('abort', aborted));
        // The host needs a while to cancel.
        for (let i = 0; i < 5; i++) await turn();
        running--;
        throw new Error('canceled');
      }),
      { timeoutSeconds: 0.02, maxRetries: 2 },
    );
    await expect(model.score(['a text'])).rejects.toMatchObject({
      failure: 'timeout',
      code: 'server.editorTimeout',
      args: [{ seconds: 0.02 }],
    });
    expect({ running, most }).toEqual({ running: 0, most: 1 });
  });

  it('that is out of time and does not end is not retried', async () => {
    vi.useFakeTimers();
    let times = 0;
    const model = await open(
      afterOpening(() => {
        times++;
        return new Promise(() => undefined);
      }),
      { timeoutSeconds: 60 },
    );
    const scored = expect(model.score(['a text'])).rejects.toMatchObject({ failure: 'blocked', code: 'server.editorStuck' });
    await vi.advanceTimersByTimeAsync(70_000);
    await scored;
    expect(times).toBe(1);
  });

  it('is canceled when the run stops, the first one too', async () => {
    const endless =
      (stop: AbortController): Ask =>
      (_, signal) => {
        signal!.addEventListener('abort', () => (canceled = true));
        stop.abort();
        return new Promise(() => undefined);
      };
    let canceled = false;
    const first = new AbortController();
    const settings = serverSchema.parse({});
    const opened = openEditorModel('vscode-lm:', settings, task, { ask: endless(first), signal: first.signal }, new FakeClock());
    await expect(opened).rejects.toMatchObject({ name: 'AbortError' });
    expect(canceled).toBe(true);

    canceled = false;
    const later = new AbortController();
    const model = await open(afterOpening(endless(later)));
    await expect(model.score(['a text'], later.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(canceled).toBe(true);
  });

  it('has as long as the user needs when it is the first, on which VS Code asks for consent', async () => {
    vi.useFakeTimers();
    const patient: Ask = () => new Promise((answer) => setTimeout(() => answer('great'), 3_600_000));
    const opened = open(patient, { timeoutSeconds: 1, maxRetries: 0 });
    await vi.advanceTimersByTimeAsync(3_600_000);
    await expect(opened).resolves.toBeDefined();
  });
});
