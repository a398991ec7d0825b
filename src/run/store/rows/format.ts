import { createHash } from 'node:crypto';
import type { Dataset, Split, SplitName } from '../../../data/dataset';
import type { PromptIds, TaskModel } from '../../../model/taskModel';

/**
 * The bytes of a row file. First a line of JSON, the header; then groups, each written at once:
 *
 *   u32 length of the body, u32 checksum of the body, body
 *
 * A body holds results, each of one prompt on some rows of one split:
 *
 *   split, prompt, [length of the prompt, its ids: only where the prompt is new], rows, first row, differences: varints
 *   rows × width values: float32
 *
 * Prompts are numbered in the order of their first result. All numbers are little-endian; differences are zigzag-coded.
 */
export interface RowHeader {
  readonly format: typeof ROW_FORMAT;
  /** Hash of the model, its template and its label words. */
  readonly model: string;
  /** What the values of a row are: the logits of its classes, or a metric's score and, where there are two, the place of its output. */
  readonly values: 'logits' | 'score';
  readonly width: number;
  /** Which rows the splits hold. */
  readonly splits: Readonly<Record<SplitName, { readonly rows: number; readonly hash: string }>>;
}

export const ROW_FORMAT = 1;
const SPLITS: readonly SplitName[] = ['train', 'validation', 'test'];

/** What a prompt gave on some rows. */
export interface RowResults {
  readonly split: SplitName;
  readonly ids: PromptIds;
  readonly rows: readonly number[];
  /** [rows, width]; NaN where a row failed. */
  readonly values: Float32Array;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 24);
}

/** The header of a model's results on the rows of a task. */
export function headerFor({ key, classes }: Pick<TaskModel, 'key' | 'classes'>, { splits }: Pick<Dataset, 'splits'>): RowHeader {
  const outline = (name: SplitName): RowHeader['splits'][SplitName] => ({ rows: splits[name].texts.length, hash: splitHash(splits[name]) });
  return {
    format: ROW_FORMAT,
    model: hashOf(key),
    values: classes === 1 ? 'score' : 'logits',
    width: classes,
    splits: { train: outline('train'), validation: outline('validation'), test: outline('test') },
  };
}

export function splitHash({ texts, labels }: Pick<Split, 'texts' | 'labels'>): string {
  return hashOf([texts, labels]);
}

/** Bytes before a group's body. */
const FRAME = 8;

/** A header as the file has it; undefined where the bytes begin with none that this version reads. */
export function readHeader(bytes: Buffer): { header: RowHeader; end: number } | undefined {
  const end = bytes.indexOf('\n') + 1;
  try {
    const header = JSON.parse(bytes.toString('utf8', 0, end)) as { format: unknown };
    return header.format === ROW_FORMAT ? { header: header as RowHeader, end } : undefined;
  } catch {
    return undefined;
  }
}

export function headerLine(header: RowHeader): Buffer {
  return Buffer.from(`${JSON.stringify(header)}\n`);
}

/** One group. @param prompts the numbers of the prompts that the file has; new ones are added */
export function encodeGroup(results: readonly RowResults[], prompts: Map<string, number>): Buffer {
  const parts = results.map(({ split, ids, rows, values }) => {
    const varints: number[] = [];
    const key = ids.join();
    const number = prompts.get(key) ?? prompts.size;
    pushVarint(varints, SPLITS.indexOf(split));
    pushVarint(varints, number);
    if (number === prompts.size) {
      prompts.set(key, number);
      for (const value of [ids.length, ...ids]) pushVarint(varints, value);
    }
    pushVarint(varints, rows.length);
    rows.forEach((row, i) => pushVarint(varints, zigzag(row - (rows[i - 1] ?? 0))));
    const floats = Buffer.alloc(4 * values.length);
    values.forEach((value, i) => floats.writeFloatLE(value, 4 * i));
    return Buffer.concat([Buffer.from(varints), floats]);
  });
  const body = Buffer.concat(parts);
  const frame = Buffer.alloc(FRAME);
  frame.writeUInt32LE(body.length, 0);
  frame.writeUInt32LE(checksum(body), 4);
  return Buffer.concat([frame, body]);
}

export interface Decoded {
  /** In the order of writing, each with the offset of its group. */
  readonly results: readonly (RowResults & { readonly offset: number })[];
  readonly prompts: Map<string, number>;
  /** Where the last whole group ends; what follows was cut short by a crash. */
  readonly end: number;
}

/** The groups from `start` on, up to the first that is not whole. */
export function decodeGroups(bytes: Buffer, start: number, width: number): Decoded {
  const results: (RowResults & { offset: number })[] = [];
  const prompts = new Map<string, number>();
  const ids: PromptIds[] = [];
  let offset = start;
  while (offset + FRAME <= bytes.length) {
    const end = offset + FRAME + bytes.readUInt32LE(offset);
    const body = bytes.subarray(offset + FRAME, end);
    if (end > bytes.length || checksum(body) !== bytes.readUInt32LE(offset + 4)) break;
    const reader = new Reader(body);
    while (!reader.done) {
      const split = SPLITS[reader.varint()]!;
      const number = reader.varint();
      if (number === ids.length) {
        ids.push(reader.varints(reader.varint()));
        prompts.set(ids[number]!.join(), number);
      }
      let row = 0;
      const rows = reader.varints(reader.varint()).map((value) => (row += unzigzag(value)));
      results.push({ split, ids: ids[number]!, rows, values: reader.floats(rows.length * width), offset });
    }
    offset = end;
  }
  return { results, prompts, end: offset };
}

class Reader {
  private at = 0;

  constructor(private readonly body: Buffer) {}

  get done(): boolean {
    return this.at >= this.body.length;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.body[this.at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  varints(count: number): number[] {
    return Array.from({ length: count }, () => this.varint());
  }

  floats(count: number): Float32Array {
    const values = Float32Array.from({ length: count }, (_, i) => this.body.readFloatLE(this.at + 4 * i));
    this.at += 4 * count;
    return values;
  }
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

/** 0, −1, 1, −2, … as 0, 1, 2, 3, … */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Node 20.0 has no CRC yet; four bytes of a hash serve as well. */
function checksum(body: Buffer): number {
  return createHash('sha1').update(body).digest().readUInt32LE(0);
}
