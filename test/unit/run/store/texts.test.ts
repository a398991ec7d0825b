import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeTexts, keptText, readTexts, withMore, type KeptTexts } from '../../../../src/run/store/texts';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-texts-'));
const file = join(folder, 'texts.jsonl.gz');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Texts that do not compress well, of so many rows. */
function texts(rows: number, ...prompts: (readonly number[])[]): KeptTexts {
  let state = 1;
  const letter = (): string => String.fromCharCode(97 + ((state = (state * 48_271) % 2_147_483_647) % 26));
  const output = (): string => Array.from({ length: 100 }, letter).join('');
  return {
    format: 1,
    rows: 'abc',
    metrics: ['f1'],
    prompts: prompts.map((tokens) => ({
      tokens,
      rows: Array.from({ length: rows }, (_, row) => [row, [{ output: output(), score: 0.5, parts: [[0.5, 'half']] }]]),
    })),
  };
}

const read = (bytes: Buffer): KeptTexts => {
  writeFileSync(file, bytes);
  return readTexts(file)!;
};

describe('kept texts', () => {
  it('come back as they were', () => {
    const all = texts(20, [], [5, 7]);
    expect(read(encodeTexts(all))).toEqual(all);
  });

  it('of too many rows are thinned out over the whole data, alike for every prompt', () => {
    const all = texts(400, [], [5, 7]);
    const bytes = encodeTexts(all, 20_000);
    expect(bytes.length).toBeLessThanOrEqual(20_000);
    // Letters take 4.7 bits each: most of the room is used.
    expect(bytes.length).toBeGreaterThan(15_000);
    const [first, second] = read(bytes).prompts.map(({ rows }) => rows.map(([row]) => row));
    expect(first).toEqual(second);
    expect(first![0]).toBe(0);
    expect(first!.at(-1)).toBeGreaterThan(390);
    expect(read(bytes).prompts[1]!.rows[3]).toEqual(all.prompts[1]!.rows[first![3]!]);
  });

  it('are cut where they are very long', () => {
    const kept = keptText({ output: 'a'.repeat(5000), score: 1 / 3, parts: [{ name: 'f1', score: 1 / 3, reason: 'b'.repeat(5000) }] });
    expect(kept.output).toHaveLength(2000);
    expect(kept.parts[0]![1]).toHaveLength(300);
    expect(kept.score).toBe(0.3333);
  });

  it('of prompts evaluated later join those that are there, the latest of each; those of other rows go', () => {
    const [before, more] = [texts(2, [1], [2]), texts(2, [2], [3])];
    expect(withMore(before, more).prompts).toEqual([before.prompts[0], ...more.prompts]);
    expect(withMore({ ...before, rows: 'other' }, more)).toEqual(more);
    expect(withMore(undefined, more)).toEqual(more);
  });

  it('that are damaged or missing are none', () => {
    expect(readTexts(join(folder, 'none'))).toBeUndefined();
    writeFileSync(file, encodeTexts(texts(20, [1])).subarray(0, 100));
    expect(readTexts(file)).toBeUndefined();
  });
});
