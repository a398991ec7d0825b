import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { fail } from '../spec/problem';

/** Bytes at the start of a data file that tell whether it is text. */
const START = 65_536;

/** Files that are often named as if they were text, by their first bytes. */
const PACKED: readonly { readonly bytes: readonly number[]; readonly found: string; readonly expected: string }[] = [
  { bytes: [0x1f, 0x8b], found: 'a file compressed with gzip', expected: 'the file inside: unpack it first' },
  {
    bytes: [0x50, 0x4b, 3, 4],
    found: 'a ZIP archive or an Excel workbook',
    expected: 'the file inside: unpack it, or save the sheet as CSV',
  },
];

/**
 * Looks at the start of a data file, so that bytes which are no text are not taken for broken rows.
 * @param utf16 whether little-endian UTF-16 with a byte order mark is read too
 * @throws TaskError when the file is compressed, binary or not in UTF-8
 */
export async function checkText(file: string, shown: string, utf16: boolean): Promise<void> {
  const start = await firstBytes(file);
  const begins = (bytes: readonly number[]): boolean => bytes.every((byte, i) => start[i] === byte);
  const packed = PACKED.find(({ bytes }) => begins(bytes));
  if (packed) fail({ file: shown, message: 'the file is compressed', found: packed.found, expected: packed.expected });
  const little = begins([0xff, 0xfe]);
  if (little && utf16) return;
  if (little || begins([0xfe, 0xff])) fail({ file: shown, message: 'the file is not UTF-8', found: 'UTF-16', expected: UTF8 });
  if (start.includes(0))
    fail({ file: shown, message: 'the file is no text in UTF-8', found: 'NUL bytes, as in binary files', expected: UTF8 });
  const line = lineNotUtf8(start);
  if (line !== undefined)
    fail({ file: shown, line, message: 'the file is not UTF-8', found: 'bytes that are no UTF-8 text', expected: UTF8 });
}

const UTF8 = 'a file saved as UTF-8';

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START), 0, START, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The first line, from 1, with bytes that are no UTF-8. */
function lineNotUtf8(start: Buffer): number | undefined {
  // The last character may be cut.
  const cut = start.length === START;
  if (decodes(start, cut)) return undefined;
  // No byte of a longer character is that of a line end.
  const lines = start.toString('latin1').split(/\r\n|\n|\r/);
  return 1 + lines.findIndex((line, i) => !decodes(Buffer.from(line, 'latin1'), cut && i === lines.length - 1));
}

function decodes(bytes: Buffer, cut: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut });
    return true;
  } catch {
    return false;
  }
}

/** Whether a file's bytes are UTF-8; a U+FFFD that was read from it is then its own. */
export async function isUtf8(file: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) decoder.decode(chunk, { stream: true });
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}
