import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { warning } from '../../../../src/wording/note';
import { ScoreCache } from '../../../../src/model/server/scoreCache';
import { ServerError, type Failure } from '../../../../src/model/server/serverError';
import { TokenCount } from '../../../../src/model/server/tokenCount';
import type { TextModel, TextScore } from '../../../../src/model/server/textModel';
import { word } from '../../../../src/wording/wording';
import { TextTaskModel } from '../../../../src/model/server/textTaskModel';

/** A model that answers a text with two numbers computed from it, and fails where a test says so. */
class FakeTextModel implements TextModel {
  readonly identity = ['fake'];
  readonly how = 'scores are made up';
  readonly requests: string[][] = [];

  constructor(
    readonly batch = 1,
    private readonly fails: (text: string) => Failure | undefined = () => undefined,
    private readonly scoreOf: (text: string) => TextScore = (text) => ({ logits: [text.length, -text.length], missing: 0 }),
  ) {}

  score(texts: readonly string[], signal?: AbortSignal): Promise<TextScore[]> {
    signal?.throwIfAborted();
    this.requests.push([...texts]);
    const failure = texts.map(this.fails).find(Boolean);
    if (failure) return Promise.reject(new ServerError(failure, 'server.noLogprobs', []));
    return Promise.resolve(texts.map(this.scoreOf));
  }

  readonly count = new TokenCount();

  get sent(): string[] {
    return this.requests.flat();
  }
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'rlprompt-text-'));

function taskModel(model: TextModel, mostQueries = 1000, cache = folder(), concurrency = 8): TextTaskModel {
  // A prompt of ids 1, 2 is the text "p1p2".
  const fill = (input: string, prompt: readonly number[]): string => [input, ...prompt.map((id) => `p${id}`)].join(' ');
  return new TextTaskModel({ key: 'k', classes: 2, fill, mostQueries, concurrency }, model, ScoreCache.open(cache, model.identity, 2));
}

const texts = ['a', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff'];

describe('scoring through texts', () => {
  it('gives [prompts, rows, K] of the filled-in texts', async () => {
    const task = taskModel(new FakeTextModel());
    const logits = await task.score([[], [1, 2]], task.rows(texts), [0, 2]);
    // "a", "ccc", "a p1 p2", "ccc p1 p2"
    expect(Array.from(logits)).toEqual([1, -1, 3, -3, 7, -7, 9, -9]);
  });

  it('sends texts that begin alike one after the other, in full batches', async () => {
    const model = new FakeTextModel(4);
    const task = taskModel(model);
    await task.score([[1], [2], [3]], task.rows(texts), [0, 1, 2]);
    expect(model.requests).toEqual([['a p1', 'a p2', 'a p3', 'bb p1'], ['bb p2', 'bb p3', 'ccc p1', 'ccc p2'], ['ccc p3']]);
  });

  it('sends every text once, in this process and the next, which a crash may have ended', async () => {
    const kept = folder();
    const model = new FakeTextModel();
    const task = taskModel(model, 1000, kept);
    await task.score([[1], [1]], task.rows(['a', 'a', 'b']), [0, 1, 2]);
    expect(model.sent).toEqual(['a p1', 'b p1']);
    await task.score([[1]], task.rows(['b']), [0]);
    expect(model.sent).toHaveLength(2);
    const later = new FakeTextModel();
    const again = taskModel(later, 1000, kept);
    expect(Array.from(await again.score([[1]], again.rows(['a', 'c']), [0, 1]))).toEqual([4, -4, 4, -4]);
    expect(later.sent).toEqual(['c p1']);
    expect(again.notes()).toContain(word('server.fromCache', { scores: 1 }));
  });

  it('sends no more than it may, not even a part', async () => {
    const model = new FakeTextModel();
    const task = taskModel(model, 7);
    await task.score([[1]], task.rows(texts), [0, 1, 2, 3, 4, 5]);
    await expect(task.score([[2]], task.rows(texts), [0, 1])).rejects.toMatchObject({ code: 'server.budgetSpent', args: [{ queries: 7 }] });
    expect(model.sent).toHaveLength(6);
    await task.score([[2]], task.rows(texts), [0]);
    expect(model.sent).toHaveLength(7);
  });

  it('counts a measurement as sent, and caches its scores', async () => {
    const model = new FakeTextModel();
    const task = taskModel(model, 3);
    await task.measure(['a', 'bb', 'a']);
    await task.score([[]], task.rows(texts), [0, 1, 2]);
    expect(model.sent).toEqual(['a', 'bb', 'ccc']);
    expect(task.notes()).toEqual(['scores are made up']);
  });
});

describe('failures', () => {
  const rows = [0, 1, 2, 3, 4, 5];
  const refuses =
    (...refused: string[]) =>
    (text: string): Failure | undefined =>
      refused.some((start) => text.startsWith(start)) ? 'request' : undefined;

  it('of single texts cost those, also within a batch', async () => {
    const model = new FakeTextModel(6, refuses('bb', 'ddd'));
    const task = taskModel(model);
    const logits = await task.score([[]], task.rows(texts), rows);
    expect(Array.from(logits)).toEqual([1, -1, NaN, NaN, 3, -3, NaN, NaN, 5, -5, 6, -6]);
    expect(model.requests.map((request) => request.length)).toEqual([6, 1, 1, 1, 1, 1, 1]);
    expect(task.notes()).toContainEqual(warning('server.leftOut', { queries: 2, problem: word('server.noLogprobs') }));
  });

  it('are not cached: the next run asks again', async () => {
    const kept = folder();
    const task = taskModel(new FakeTextModel(1, refuses('bb')), 1000, kept);
    await task.score([[]], task.rows(texts), rows);
    const later = new FakeTextModel();
    await taskModel(later, 1000, kept).score([[]], task.rows(texts), rows);
    expect(later.sent).toEqual(['bb']);
  });

  it('of more than half of the texts end the run', async () => {
    const task = taskModel(new FakeTextModel(1, refuses('a', 'b', 'c', 'd')));
    await expect(task.score([[1]], task.rows(texts), rows)).rejects.toMatchObject({
      failure: 'broken',
      code: 'server.mostFailed',
      args: [{ failed: 4, texts: 6 }],
    });
    const half = taskModel(new FakeTextModel(1, refuses('a', 'b', 'c')));
    await expect(half.score([[1]], half.rows(texts), rows)).resolves.toBeDefined();
  });

  it('of all rows of one prompt do not, where others are scored with it', async () => {
    const model = new FakeTextModel(3, (text) => (text.includes('1') ? 'request' : undefined));
    const task = taskModel(model);
    const [bad, good] = await task.scoreEach(
      [
        { ids: [1], rows: [0, 1, 2, 3] },
        { ids: [2], rows: [5, 1, 2, 0] },
      ],
      task.rows(texts),
    );
    expect(Array.from(bad!)).toEqual(Array(8).fill(NaN));
    expect(Array.from(good!)).toEqual(Array.from(await task.score([[2]], task.rows(texts), [5, 1, 2, 0])));
    expect(good!.every(Number.isFinite)).toBe(true);
  });

  it('of a few texts do not', async () => {
    const task = taskModel(new FakeTextModel(1, refuses('a', 'b', 'c')));
    expect(Array.from(await task.score([[1]], task.rows(texts), [0, 1, 2]))).toEqual(Array(6).fill(NaN));
  });

  it.each(['key', 'quota', 'model', 'down'] as const)('that every text would meet end the run at once: %s', async (failure) => {
    const model = new FakeTextModel(1, () => failure);
    const task = taskModel(model);
    await expect(task.score([[1]], task.rows(texts), [0])).rejects.toMatchObject({ failure });
  });

  it('end the run after 24 in a row', async () => {
    const many = Array.from({ length: 200 }, (_, i) => `text ${i}`);
    const model = new FakeTextModel(1, () => 'timeout');
    const task = taskModel(model);
    const all = many.map((_, i) => i);
    await expect(task.score([[1]], task.rows(many), all)).rejects.toMatchObject({
      code: 'server.allFailed',
      args: [{ requests: 24 }],
    });
  });

  it('include answers that name no label word', async () => {
    const none: TextScore = { logits: [-Infinity, -Infinity], missing: 0 };
    const floor: TextScore = { logits: [-1, -5], missing: 1 };
    const task = taskModel(
      new FakeTextModel(1, undefined, (text) => (text === 'a' ? none : text === 'bb' ? floor : { logits: [0, 1], missing: 0 })),
    );
    await task.score([[]], task.rows(texts), [0, 1, 2, 3]);
    expect(task.notes()).toEqual([
      'scores are made up',
      word('server.unreported', { count: 1, of: 4 }),
      warning('server.withoutAnswer', { count: 1, of: 4 }),
    ]);
  });

  it('stopping stops the requests', async () => {
    const stop = new AbortController();
    const model = new FakeTextModel(1, (text) => {
      if (text.startsWith('a')) stop.abort(new Error('stopped'));
      return undefined;
    });
    const task = taskModel(model);
    stop.abort(new Error('stopped'));
    await expect(task.score([[1]], task.rows(texts), rows, stop.signal)).rejects.toThrow('stopped');
    expect(model.sent).toEqual([]);
  });
});
