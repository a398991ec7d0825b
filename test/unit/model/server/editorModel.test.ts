import { describe, expect, it } from 'vitest';
import { AskError, openEditorModel, type Ask, type AskFailure, type AskRequest } from '../../../../src/model/server/editorModel';
import type { TextModel } from '../../../../src/model/server/textModel';
import { serverSchema, type ServerSettings } from '../../../../src/spec/schema';
import { FakeClock } from './fakeServer';

const task = { words: ['terrible', 'great'], labels: ['0', '1'], samples: ['A sample.'] };

function open(ask: Ask | undefined, settings: Partial<ServerSettings> = {}, reference = 'vscode-lm:copilot/gpt-4o'): Promise<TextModel> {
  return openEditorModel(reference, serverSchema.parse({ maxRetries: 2, ...settings }), task, ask, new FakeClock());
}

describe("a model of VS Code's", () => {
  it('cannot be asked outside VS Code', async () => {
    await expect(open(undefined)).rejects.toThrow('can only be asked inside VS Code');
  });

  it('is asked with messages, and scored by what it writes', async () => {
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
    ['no-model', 'model', 'VS Code does not have the model "copilot/gpt-4o". Install or sign in'],
    ['no-consent', 'key', 'may not use the model "copilot/gpt-4o". VS Code asks for your consent'],
    ['quota', 'quota', 'its quota is used up'],
    ['blocked', 'blocked', 'refused to have the model "copilot/gpt-4o" answer'],
    ['failed', 'broken', 'could not ask the model "copilot/gpt-4o"'],
  ] as const)('says of "%s" what to do', async (reason, failure, message) => {
    const asked = open(() => Promise.reject(new AskError(reason, 'details')));
    await expect(asked).rejects.toMatchObject({ failure });
    await expect(asked).rejects.toThrow(message);
    await expect(asked).rejects.toThrow('It says: "details".');
  });

  it('knows a reason that has crossed a process border', async () => {
    const plain = { reason: 'quota' satisfies AskFailure, message: 'spent' };
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what arrives there is no Error
    await expect(open(() => Promise.reject(plain))).rejects.toMatchObject({ failure: 'quota' });
    await expect(open(() => Promise.reject(new Error('who knows')))).rejects.toMatchObject({ failure: 'broken' });
  });

  it('is asked again when it fails, not when it refuses', async () => {
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

  it('has its time, and is told when that is up', async () => {
    let [times, aborted] = [0, false];
    const never: Ask = (_, signal) =>
      ++times === 1
        ? Promise.resolve('great')
        : new Promise(() => {
            signal!.addEventListener('abort', () => (aborted = true));
          });
    const model = await open(never, { timeoutSeconds: 0.02, maxRetries: 0 });
    await expect(model.score(['a text'])).rejects.toThrow('no answer within 0.02 s');
    expect(aborted).toBe(true);
  });

  it('has as long as the person needs for the first request, on which VS Code asks for consent', async () => {
    const patient: Ask = () => new Promise((answer) => setTimeout(() => answer('great'), 100));
    await expect(open(patient, { timeoutSeconds: 0.02, maxRetries: 0 })).resolves.toBeDefined();
  });

  it('is not asked a second time when the first request fails', async () => {
    let times = 0;
    const failing = open(() => {
      times++;
      return Promise.reject(new AskError('failed', 'x'));
    });
    await expect(failing).rejects.toMatchObject({ failure: 'broken' });
    expect(times).toBe(1);
  });

  it('ends the first request when the run is stopped', async () => {
    const stop = new AbortController();
    const ask: Ask = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal!.addEventListener('abort', () => reject(signal!.reason as Error));
        stop.abort();
      });
    const settings = serverSchema.parse({});
    const opened = openEditorModel('vscode-lm:', settings, task, ask, new FakeClock(), stop.signal);
    await expect(opened).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('is not asked for more at once than allowed', async () => {
    let [now, most] = [0, 0];
    const model = await open(
      async () => {
        most = Math.max(most, ++now);
        await new Promise((done) => setTimeout(done, 5));
        now--;
        return 'great';
      },
      { concurrency: 2 },
    );
    await Promise.all(Array.from({ length: 8 }, (_, i) => model.score([`text ${i}`])));
    expect(most).toBe(2);
  });
});
