import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isUtf8 } from '../../../src/data/encoding';
import { makeFolder, problemOf, row, rowsOf } from './folder';

const CSV = 'text,label\na film,neg\n"a \u{1F642}, film",pos\n';

/** The bytes of 65 536 characters that end in the two halves of a longer one. */
const SHARED = (name: string): string => {
  const head = name.endsWith('.jsonl') ? '{"text":"' : name.endsWith('.tsv') ? 'text\tlabel\n' : 'text,label\n';
  const tail = name.endsWith('.jsonl') ? '","label":"x"}' : name.endsWith('.tsv') ? '\tx' : ',x';
  return `${head}${'a'.repeat(65_535 - head.length)}\u00e9${tail}\n`;
};

describe.each(['a.csv', 'a.tsv', 'a.jsonl'])('%s', (name) => {
  const refusal = (content: Uint8Array) => problemOf(() => rowsOf(name, content));

  it.each<[string, string, Uint8Array]>([
    ['compressed with gzip', 'data.gzip', gzipSync(CSV)],
    ['that is a ZIP archive or a workbook', 'data.zip', Buffer.from('PK\x03\x04\x14\0\x08\0rest', 'latin1')],
    ['with NUL bytes', 'data.binary', Buffer.from(`${CSV}\0\x01\x02"x"y`)],
    ['in big-endian UTF-16', 'data.utf16', Buffer.from(`\uFEFF${CSV}`, 'utf16le').swap16()],
    ['in UTF-16 without a mark', 'data.binary', Buffer.from(CSV, 'utf16le')],
  ])('%s is refused: %s', async (_what, code, content) => {
    expect(await refusal(content)).toMatchObject({ severity: 'error', file: name, code });
  });

  it('with bytes that are not UTF-8 is refused at their line, before its rows are read', async () => {
    // Quotes inside a field and a field too many would be what the reader sees first.
    const bytes = Buffer.concat([Buffer.from('text,label\r\n'), Buffer.from([0x61, 0x22, 0x95, 0x22, 0x2c, 0xfd, 0x2c])]);
    expect(await refusal(bytes)).toMatchObject({ line: 2, code: 'data.notUtf8' });
  });

  it('may have a character on the border of the bytes that are checked', async () => {
    const rows = await rowsOf(name, SHARED(name));
    expect(rows).toHaveLength(1);
    expect(rows[0]!.fields.text).toMatch(/a\u00e9$/);
  });
});

describe('UTF-16 with a little-endian byte order mark', () => {
  it.each([
    ['a.csv', ','],
    ['a.tsv', '\t'],
  ])('%s is read', async (name, delimiter) => {
    const content = Buffer.from(`\uFEFFtext${delimiter}label\nna\u00efve${delimiter}x\n`, 'utf16le');
    expect(await rowsOf(name, content)).toEqual([row(2, 'na\u00efve', 'x')]);
  });

  it('may begin with the line by which Excel is told the delimiter', async () => {
    const content = Buffer.from('\uFEFFsep=|\ntext|label\na|x\n', 'utf16le');
    expect(await rowsOf('a.csv', content)).toEqual([row(3, 'a', 'x')]);
  });

  it('a.jsonl is refused', async () => {
    const content = Buffer.from('\uFEFF{"text":"a","label":"x"}\n', 'utf16le');
    expect(await problemOf(() => rowsOf('a.jsonl', content))).toMatchObject({ code: 'data.utf16' });
  });
});

describe('isUtf8', () => {
  it.each([
    ['ASCII', Buffer.from('plain'), true],
    ['nothing', Buffer.alloc(0), true],
    ['any script', Buffer.from('日本語 🙂'), true],
    ['a replacement character of the file itself', Buffer.from('\uFFFD'), true],
    ['Latin-1', Buffer.from('naïve', 'latin1'), false],
    ['a cut character at the end', Buffer.from('🙂').subarray(0, 3), false],
  ])('%s', async (_name, bytes, expected) => {
    const folder = await makeFolder({ file: bytes });
    expect(await isUtf8(join(folder, 'file'))).toBe(expected);
  });

  it('allows a character that two chunks share', async () => {
    const folder = await makeFolder({ file: `${'a'.repeat(65_535)}é` });
    expect(await isUtf8(join(folder, 'file'))).toBe(true);
  });
});
