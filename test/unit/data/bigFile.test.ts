import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../src/data/dataset';
import { word } from '../../../src/wording/wording';
import { makeFolder, specIn } from './folder';

const ROWS = 520_000;
const MEGABYTE = 1 << 20;

/** A row of 400 bytes unlike every other row, with a quoted comma; there are three times as many positive rows. */
function row(i: number): string {
  const text = `"row ${i}, ${'the quick brown fox jumps over the lazy dog '.repeat(9)}`.slice(0, 394);
  return `${text}",${i % 4 === 0 ? 'neg' : 'pos'}\n`;
}

/** Writes the file piece by piece, to keep the memory of the test itself small. */
async function writeBig(file: string): Promise<void> {
  const stream = createWriteStream(file);
  stream.write('text,label\n');
  for (let start = 0; start < ROWS; start += 2000) {
    const piece = Array.from({ length: 2000 }, (_, i) => row(start + i)).join('');
    if (!stream.write(piece)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

describe('a CSV file of 200 MB', () => {
  it('is sampled in memory that does not grow with it', async () => {
    const folder = await makeFolder({});
    await writeBig(join(folder, 'train.csv'));
    expect((await stat(join(folder, 'train.csv'))).size).toBeGreaterThan(200e6);

    const before = process.memoryUsage().rss;
    let most = before;
    let looks = 0;
    const timer = setInterval(() => {
      looks++;
      most = Math.max(most, process.memoryUsage().rss);
    }, 10);
    const { splits, classes, notes } = await loadDataset(specIn(folder, { data: { train: 'train.csv' } })).finally(() =>
      clearInterval(timer),
    );

    expect(looks).toBeGreaterThan(20);
    expect((most - before) / MEGABYTE).toBeLessThan(150);
    expect(classes).toEqual(['neg', 'pos']);
    // 32 rows of each class to search on, 2,000 test rows in all: the rest of the file is left out.
    expect([splits.train, splits.validation, splits.test].map(({ texts }) => texts.length)).toEqual([64, 0, 2000]);
    expect(notes[0]).toBe(word('data.leftOut', { split: 'train', count: ROWS - 2064, of: ROWS }));
    expect(splits.test.labels.filter((label) => label === classes.indexOf('neg'))).toHaveLength(500);
    expect(splits.test.texts.every((text) => /^row \d+, the quick brown fox/.test(text))).toBe(true);
  });
});
