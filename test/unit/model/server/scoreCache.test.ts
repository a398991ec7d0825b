import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ScoreCache } from '../../../../src/model/server/scoreCache';

const disk = vi.hoisted(() => ({
  /** What another process does while a file is being rewritten. */
  meanwhile: (): void => undefined,
  appends: 0,
}));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const write: typeof fs.writeFileSync = (...args) => {
    disk.meanwhile();
    fs.writeFileSync(...args);
  };
  const append: typeof fs.appendFileSync = (...args) => {
    disk.appends++;
    fs.appendFileSync(...args);
  };
  return { ...fs, writeFileSync: write, appendFileSync: append };
});
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-cache-'));
});

const identity = ['http://localhost:1/v1', 'tiny', 'completion-logprobs', 100];
const open = (most?: number, who: readonly unknown[] = identity): ScoreCache => ScoreCache.open(join(folder, 'cache'), who, 2, most);
const score = (i: number) => ({ logits: [i, 0], missing: 0 });
const file = (): string => join(folder, 'cache', readdirSync(join(folder, 'cache'))[0]!);

describe('scores on disk', () => {
  it('outlive the process', () => {
    const cache = open();
    cache.keep([['a text', { logits: [-1.5, -0.25], missing: 1 }]]);
    cache.keep([['another', { logits: [-Infinity, -Infinity], missing: 0 }]]);
    const again = open();
    expect(again.get('a text')).toEqual({ logits: [-1.5, -0.25], missing: 1 });
    expect(again.get('another')).toEqual({ logits: [-Infinity, -Infinity], missing: 0 });
    expect(again.get('a third')).toBeUndefined();
  });

  it('are on disk at once, those of one answer in one write', () => {
    const cache = open();
    disk.appends = 0;
    cache.keep(Array.from({ length: 16 }, (_, i) => [`text ${i}`, score(i)] as const));
    expect(disk.appends).toBe(1);
    expect(open().size).toBe(16);
  });

  it('are the same numbers again, in fp32', () => {
    const random = Array.from({ length: 200 }, (_, i) => -Math.exp(Math.sin(i) * 5));
    const cache = open();
    random.forEach((x, i) => cache.keep([[`text ${i}`, { logits: [x, x / 3], missing: 0 }]]));
    const again = open();
    random.forEach((x, i) => expect(again.get(`text ${i}`)!.logits).toEqual([Math.fround(x), Math.fround(x / 3)]));
  });

  it('belong to one server, model and way of scoring', () => {
    const cache = open();
    cache.keep([['a text', score(1)]]);
    for (const other of [
      ['http://localhost:2/v1', ...identity.slice(1)],
      [...identity.slice(0, 3), 20],
    ])
      expect(open(undefined, other).get('a text')).toBeUndefined();
  });

  it('hold no text, and take no more than a line each', () => {
    const cache = open();
    cache.keep([['what a person wrote', { logits: [1, 2], missing: 0 }]]);
    cache.keep([['what a person wrote', { logits: [3, 4], missing: 0 }]]);
    expect(readFileSync(file(), 'utf8')).toMatch(/^\{"k":"[\w-]{22}","s":\[1,2\]\}\n$/);
  });

  it('survive a torn last line and lines of something else', () => {
    const cache = open();
    cache.keep([['one', { logits: [1, 2], missing: 0 }]]);
    cache.keep([['two', { logits: [3, 4], missing: 0 }]]);
    truncateSync(file(), readFileSync(file()).length - 9);
    const torn = open();
    expect([torn.get('one')?.logits, torn.get('two')]).toEqual([[1, 2], undefined]);
    torn.keep([['two', { logits: [5, 6], missing: 0 }]]);
    appendFileSync(file(), 'nonsense\n{"k":"x","s":[1]}\n{"k":"y","s":["a","b"]}\n{"s":[1,2]}\nnull\n');
    const again = open();
    expect([again.get('one')?.logits, again.get('two')?.logits, again.size]).toEqual([[1, 2], [5, 6], 2]);
  });

  it('are bounded: the newest half is kept', () => {
    const cache = open(10);
    for (let i = 0; i < 15; i++) cache.keep([[`text ${i}`, { logits: [i, 0], missing: i % 2 }]]);
    const again = open(10);
    expect(again.size).toBe(5);
    expect(again.get('text 14')).toEqual({ logits: [14, 0], missing: 0 });
    expect(again.get('text 9')).toBeUndefined();
    again.keep([['text 15', score(15)]]);
    expect(open(10).get('text 15')?.logits).toEqual([15, 0]);
    expect(readFileSync(file(), 'utf8').split('\n').filter(Boolean)).toHaveLength(6);
  });

  describe('that two runs write at once', () => {
    const fill = (cache: ScoreCache): ScoreCache => {
      for (let i = 0; i < 15; i++) cache.keep([[`text ${i}`, score(i)]]);
      return cache;
    };

    it('are all kept when one of them rewrites the file', () => {
      const first = fill(open(10));
      const second = open(10);
      expect(second.size).toBe(5);
      for (const [cache, text, i] of [
        [first, 'of the first', 1],
        [second, 'of the second', 2],
        [first, 'once more', 3],
      ] as const) {
        cache.keep([[text, score(i)]]);
      }
      const again = open(10);
      expect(['of the first', 'of the second', 'once more'].map((text) => again.get(text)?.logits[0])).toEqual([1, 2, 3]);
    });

    it('are all kept when one writes while the other rewrites', () => {
      fill(open(10));
      const lines = readFileSync(file(), 'utf8').split('\n');
      disk.meanwhile = () => {
        disk.meanwhile = () => undefined;
        appendFileSync(file(), `${lines[0]!.replace(/"k":"[^"]*"/, '"k":"meanwhile"')}\n`);
      };
      open(10);
      expect(readFileSync(file(), 'utf8')).toContain('"meanwhile"');
    });

    it('use separate temporary files', () => {
      fill(open(10));
      mkdirSync(`${file()}.tmp`);
      const cache = open(10);
      expect([cache.problem, cache.size]).toEqual([undefined, 5]);
    });
  });

  it('stop growing within a run too', () => {
    const cache = open(10);
    for (let i = 0; i < 50; i++) cache.keep([[`text ${i}`, { logits: [i, 0], missing: 0 }]]);
    expect(cache.size).toBe(20);
  });

  it('that cannot be written cost the cache, not the run', () => {
    writeFileSync(join(folder, 'cache'), 'a file in the way');
    const cache = open();
    expect(cache.problem).toContain(join(folder, 'cache'));
    cache.keep([['a text', { logits: [1, 2], missing: 0 }]]);
    expect(cache.get('a text')?.logits).toEqual([1, 2]);
  });

  it.skipIf(process.getuid?.() === 0)('nor those in a folder that may not be written', () => {
    mkdirSync(join(folder, 'cache'));
    chmodSync(join(folder, 'cache'), 0o500);
    expect(open().problem).toContain('EACCES');
  });
});
