import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { fail } from '../spec/problem';

/** Bytes at the start of a data file that tell whether it is text. */
const START = 65_536;

/**
 * Looks at the start of a data file, so that binary data is not reported as broken rows.
 * @param utf16 whether little-endian UTF-16 with a byte order mark is allowed
 * @throws TaskError when the file is compressed, binary or not in UTF-8
 */
export async function checkText(path: string, file: string, utf16: boolean): Promise<void> {
  const { bytes: start, whole } = await firstBytes(path);
  const begins = (...bytes: number[]): boolean => bytes.every((byte, i) => start[i] === byte);
  if (begins(0x1f, 0x8b)) fail({ file }, 'data.gzip');
  if (begins(0x50, 0x4b, 3, 4)) fail({ file }, 'data.zip');
  const littleEndian = begins(0xff, 0xfe);
  if (littleEndian && utf16) return;
  if (littleEndian || begins(0xfe, 0xff)) fail({ file }, 'data.utf16');
  if (start.includes(0)) fail({ file }, 'data.binary');
  const line = lineNotUtf8(start, whole);
  if (line !== undefined) fail({ file, line }, 'data.notUtf8');
}

/** The bytes at the start of a file, and whether they are the whole of it. */
export async function firstBytes(path: string): Promise<{ bytes: Buffer; whole: boolean }> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START), 0, START, 0);
    return { bytes: buffer.subarray(0, bytesRead), whole: bytesRead < START };
  } finally {
    await handle.close();
  }
}

/** The text at the start of a file in UTF-8, or in UTF-16 with a little-endian byte order mark. */
export async function firstText(path: string): Promise<string> {
  const { bytes } = await firstBytes(path);
  return bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
}

/** The first line, from 1, with bytes that are not UTF-8. */
function lineNotUtf8(start: Buffer, whole: boolean): number | undefined {
  // The last character may be cut.
  const cut = !whole;
  if (decodes(start, cut)) return undefined;
  // No byte of a longer character equals that of a line end.
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

/** Whether a file's bytes are UTF-8; if so, a U+FFFD read from it is the file's own. */
export async function isUtf8(path: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) decoder.decode(chunk, { stream: true });
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}
