import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRows } from '../../../src/data/rows';
import { collect, makeFolder, problemOf, row, rowsOf } from './folder';

describe('every format', () => {
  // The same two rows, written in each format.
  const formats: [string, (rows: [string, string][], end: string) => string][] = [
    ['a.csv', (rows, end) => [['text', 'label'], ...rows].map((fields) => fields.join(',') + end).join('')],
    ['a.tsv', (rows, end) => [['text', 'label'], ...rows].map((fields) => fields.join('\t') + end).join('')],
    ['a.jsonl', (rows, end) => rows.map(([text, label]) => JSON.stringify({ text, label }) + end).join('')],
  ];

  it.each(formats)('%s: skips a byte order mark', async (name, write) => {
    const rows = await rowsOf(name, `\uFEFF${write([['a', 'x']], '\n')}`);
    expect(rows.map(({ fields }) => fields)).toEqual([{ text: 'a', label: 'x' }]);
  });

  it.each(formats)('%s: skips empty lines but counts them', async (name, write) => {
    const [first, ...rest] = write(
      [
        ['a', 'x'],
        ['b', 'y'],
      ],
      '\n',
    )
      .trimEnd()
      .split('\n');
    const rows = await rowsOf(name, `\n\n${first}\n\n   \n${rest.join('\n\r\n')}\n\n`);
    expect(rows.map(({ fields }) => fields)).toEqual([
      { text: 'a', label: 'x' },
      { text: 'b', label: 'y' },
    ]);
    // Header formats: header 3, rows 6 and 8; JSON lines: rows 3 and 6.
    expect(rows.map(({ line }) => line)).toEqual(name === 'a.jsonl' ? [3, 6] : [6, 8]);
  });

  it.each(formats)('%s: reads text in any script', async (name, write) => {
    const text = 'naïve — 日本語 🙂 Ωμέγα é';
    const rows = await rowsOf(name, write([[text, 'größe']], '\n'));
    expect(rows.map(({ fields }) => fields)).toEqual([{ text, label: 'größe' }]);
  });

  it.each(formats)('%s: joins a character and a CRLF that two chunks share', async (name, write) => {
    // The file is read in chunks of 64 KiB: the emoji's four bytes lie across the first border, a CRLF across the second.
    const chunk = 65_536;
    const bare = Buffer.byteLength(write([['🙂', 'x']], '\r\n'));
    const tail = Buffer.byteLength(write([['🙂', 'x']], '\r\n').split('🙂')[1]!);
    const first = `${'a'.repeat(chunk - 2 - (bare - tail - 4))}🙂`;
    const before = Buffer.byteLength(write([[first, 'x']], '\r\n'));
    const second = 'b'.repeat(2 * chunk + 1 - before - (Buffer.byteLength(write([['', 'y']], '\r\n')) - headerBytes(name)));
    const content = write(
      [
        [first, 'x'],
        [second, 'y'],
        ['c', 'z'],
      ],
      '\r\n',
    );
    const bytes = Buffer.from(content);
    expect(bytes.indexOf('🙂')).toBe(chunk - 2);
    expect(bytes.subarray(2 * chunk - 1, 2 * chunk + 1).toString()).toBe('\r\n');
    const header = name === 'a.jsonl' ? 0 : 1;
    expect(await rowsOf(name, bytes)).toEqual([row(header + 1, first, 'x'), row(header + 2, second, 'y'), row(header + 3, 'c', 'z')]);
  });

  it.each(['none.csv', 'none.tsv', 'none.jsonl'])('%s: says that there is no such file', async (name) => {
    const folder = await makeFolder({});
    expect(await problemOf(() => collect(join(folder, name), name))).toMatchObject({ severity: 'error', file: name, code: 'data.missing' });
  });

  it.each(['folder.csv', 'folder.tsv', 'folder.jsonl'])('%s: says that a folder is not a data file', async (name) => {
    const folder = await makeFolder({ [name]: null });
    expect(await problemOf(() => collect(join(folder, name), name))).toMatchObject({ file: name, code: 'data.isFolder' });
  });

  it.each([
    ['a.xlsx', '.xlsx'],
    ['a.txt', '.txt'],
    ['a', ''],
  ])('does not know %s', async (file, extension) => {
    const problem = await problemOf(() => rowsOf(file, 'text,label\na,x\n'));
    expect(problem).toMatchObject({ file, code: 'data.unknownKind', args: [{ extension }] });
  });

  it.each(['A.NDJSON', 'A.JSONL', 'A.Json'])('knows %s', async (name) => {
    expect(await rowsOf(name, '{"text":"a","label":"x"}\n')).toEqual([row(1, 'a', 'x')]);
  });

  it('names the whole path where none was given to show', async () => {
    const folder = await makeFolder({});
    expect((await problemOf(() => collect(join(folder, 'none.csv')))).file).toBe(join(folder, 'none.csv'));
  });

  it.each(formats)('%s: can be left before the end', async (name, write) => {
    const folder = await makeFolder({ [name]: write(Array<[string, string]>(50_000).fill(['some text', 'x']), '\n') });
    let seen = 0;
    for await (const _row of readRows(join(folder, name))) {
      seen++;
      if (seen === 2) break;
    }
    expect(seen).toBe(2);
  });
});

function headerBytes(name: string): number {
  return name === 'a.jsonl' ? 0 : 'text,label\r\n'.length;
}
