import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RowHeader, RowResults } from '../../../../src/run/store/rows/format';
import { RowFile } from '../../../../src/run/store/rows/rowFile';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-rows-'));
  path = join(folder, 'rows.bin');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rows = { rows: 300, hash: 'h' };
const header: RowHeader = { format: 1, model: 'm', values: 'logits', width: 2, splits: { train: rows, validation: rows, test: rows } };
const result = (split: RowResults['split'], ids: number[], of: number[], values: number[]): RowResults => ({
  split,
  ids,
  rows: of,
  values: Float32Array.from(values),
});

/** What a file holds, without the offsets. */
function held(of = header): object[] {
  const file = RowFile.open(path, of);
  file.close();
  return file.before.map(({ offset: _, ...rest }) => rest);
}

describe('a file of row results', () => {
  const first = [
    result('train', [50_256, 3, 200], [7, 2, 299], [1.5, -0.25, Math.fround(0.1), -Infinity, 3e-38, 7]),
    result('validation', [], [0], [-Infinity, 0]),
  ];
  const second = [result('test', [50_256, 3, 200], [0, 1], [1, 2, 3, 4])];

  it('gives back what was appended, in order, to the last bit', () => {
    const file = RowFile.open(path, header);
    file.append(first);
    file.append(second);
    file.close();
    expect(held()).toEqual([...first, ...second]);
  });

  it('keeps a failed row as NaN', () => {
    const file = RowFile.open(path, header);
    file.append([result('train', [1], [0], [NaN, NaN])]);
    file.close();
    expect((held()[0] as RowResults).values).toEqual(Float32Array.of(NaN, NaN));
  });

  it.each([1, 7, 8, 9, 20])('loses the last group only when a crash cuts %i bytes off, and goes on behind the whole ones', (cut) => {
    const file = RowFile.open(path, header);
    file.append(first);
    file.append(second);
    file.close();
    truncateSync(path, statSync(path).size - cut);
    expect(held()).toEqual(first);
    const again = RowFile.open(path, header);
    again.append(second);
    again.close();
    expect(held()).toEqual([...first, ...second]);
  });

  it('ends at a group whose bytes are damaged', () => {
    const file = RowFile.open(path, header);
    file.append(first);
    file.append(second);
    file.close();
    const bytes = readFileSync(path);
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(path, bytes);
    expect(held()).toEqual(first);
  });

  it('tells what was stored behind an offset', () => {
    const file = RowFile.open(path, header);
    file.append(first);
    const { offset } = file;
    file.append(second);
    file.close();
    const again = RowFile.open(path, header);
    again.close();
    expect(again.before.filter((group) => group.offset >= offset).map(({ split }) => split)).toEqual(['test']);
  });

  it('of another model, or of a later version, is put aside', () => {
    const file = RowFile.open(path, header);
    file.append(first);
    file.close();
    const before = readFileSync(path);
    expect(held({ ...header, model: 'other' })).toEqual([]);
    expect(readFileSync(`${path}.old`)).toEqual(before);
    writeFileSync(path, '{"format":2}\nwhatever');
    expect(held()).toEqual([]);
    expect(existsSync(path)).toBe(true);
  });

  it('is small: 8 bytes a query of two classes, and less than 40 for each prompt', () => {
    const file = RowFile.open(path, header);
    const size = file.offset;
    const queries = 640 * 8;
    for (let step = 0; step < 40; step++)
      file.append(
        Array.from({ length: 16 }, (_, p) =>
          result(
            'train',
            [step, p, 50_000, 40_000, 30_000],
            [...Array(8).keys()].map((row) => row * 37),
            Array<number>(16).fill(step),
          ),
        ),
      );
    expect(file.offset - size).toBeLessThan(8 * queries + 640 * 40);
    file.close();
  });

  it('survives bytes of another kind behind it', () => {
    const file = RowFile.open(path, header);
    file.append(first);
    file.close();
    appendFileSync(path, Buffer.alloc(64));
    expect(held()).toEqual(first);
  });
});
