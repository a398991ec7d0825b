import { open, type FileHandle } from 'node:fs/promises';

/**
 * Names of the files, beside an ONNX graph's, that hold its weights.
 * Walks the protobuf without reading the weights: ModelProto.graph 7, GraphProto.node 1 and initializer 5,
 * NodeProto.attribute 5, AttributeProto.t 5, g 6, tensors 10 and graphs 11, TensorProto.external_data 13 of keys 1 and values 2.
 * @throws Error where the file is no whole protobuf message
 */
export async function externalDataOf(file: string): Promise<string[]> {
  const handle = await open(file, 'r');
  try {
    const reader = new Reader(handle, (await handle.stat()).size);
    const found = new Set<string>();
    await walk(reader, reader.size, MODEL, found);
    return [...found];
  } finally {
    await handle.close();
  }
}

/** Which fields of a message to go into, and as what. */
interface Message {
  readonly fields: Readonly<Record<number, () => Message>>;
  readonly entry?: true;
}
const ENTRY: Message = { fields: {}, entry: true };
const TENSOR: Message = { fields: { 13: () => ENTRY } };
const ATTRIBUTE: Message = { fields: { 5: () => TENSOR, 6: () => GRAPH, 10: () => TENSOR, 11: () => GRAPH } };
const NODE: Message = { fields: { 5: () => ATTRIBUTE } };
const GRAPH: Message = { fields: { 1: () => NODE, 5: () => TENSOR } };
const MODEL: Message = { fields: { 7: () => GRAPH } };

async function walk(reader: Reader, end: number, message: Message, found: Set<string>): Promise<void> {
  const texts = new Map<number, string>();
  while (reader.position < end) {
    const tag = await reader.varint();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) await reader.varint();
    else if (wire === 1) reader.skip(8, end);
    else if (wire === 5) reader.skip(4, end);
    else if (wire === 2) {
      const length = await reader.varint();
      const inner = message.fields[field];
      if (inner) await walk(reader, reader.endOf(length, end), inner(), found);
      else if (message.entry && length < 4096) texts.set(field, await reader.text(length, end));
      else reader.skip(length, end);
    } else throw new Error(`not an ONNX file: a field of wire type ${wire}`);
  }
  if (texts.get(1) === 'location') found.add(texts.get(2) ?? '');
}

/** Reads a file by windows; what is skipped is never read. */
class Reader {
  private window: Uint8Array = new Uint8Array(0);
  private start = 0;
  position = 0;

  constructor(
    private readonly handle: FileHandle,
    readonly size: number,
  ) {}

  endOf(length: number, end: number): number {
    if (this.position + length > end) throw new Error('the file ends too early');
    return this.position + length;
  }

  skip(length: number, end: number): void {
    this.position = this.endOf(length, end);
  }

  async varint(): Promise<number> {
    let value = 0;
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      if (!this.holds(1)) await this.fill(1);
      const byte = this.window[this.position++ - this.start]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new Error('not an ONNX file: a number of more than ten bytes');
  }

  async text(length: number, end: number): Promise<string> {
    const stop = this.endOf(length, end);
    if (!this.holds(length)) await this.fill(length);
    const text = Buffer.from(this.window.subarray(this.position - this.start, stop - this.start)).toString('utf8');
    this.position = stop;
    return text;
  }

  private holds(bytes: number): boolean {
    return this.position >= this.start && this.position + bytes <= this.start + this.window.length;
  }

  private async fill(bytes: number): Promise<void> {
    const buffer = Buffer.alloc(Math.max(bytes, 1 << 16));
    const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, this.position);
    if (bytesRead < bytes) throw new Error('the file ends too early');
    [this.window, this.start] = [buffer.subarray(0, bytesRead), this.position];
  }
}
