import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CodedError } from '../../wording/wording';

/**
 * Names of the files, beside an ONNX graph's, that hold its weights.
 *
 * Walks the protobuf without reading the weights. protobufjs, which reads graphs elsewhere (model/local/graphs/schema.ts),
 * needs the whole file in memory: gigabytes, for a few names that this finds in some 64 kB windows.
 *
 * ModelProto.graph 7, GraphProto.node 1 and initializer 5, NodeProto.attribute 5, AttributeProto.t 5, g 6, tensors 10 and
 * graphs 11, TensorProto.external_data 13 of keys 1 and values 2.
 * @throws CodedError when the file is not a whole protobuf message
 */
export function externalDataOf(file: string): string[] {
  const descriptor = openSync(file, 'r');
  try {
    const reader = new Reader(descriptor);
    const found = new Set<string>();
    walk(reader, fstatSync(descriptor).size, MODEL, found);
    return [...found];
  } finally {
    closeSync(descriptor);
  }
}

/** Which fields of a message to enter, and as what. */
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

/** Bytes of fields of fixed length, by their wire type. */
const FIXED: Partial<Record<number, number>> = { 1: 8, 5: 4 };

function walk(reader: Reader, end: number, message: Message, found: Set<string>): void {
  const texts = new Map<number, string>();
  while (reader.position < end) {
    const tag = reader.varint();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    if (wire === 0) {
      reader.varint();
      continue;
    }
    const length = wire === 2 ? reader.varint() : FIXED[wire];
    if (length === undefined) throw new CodedError('hub.onnxField', { wire });
    if (reader.position + length > end) throw new CodedError('hub.onnxCut');
    const inner = wire === 2 ? message.fields[field] : undefined;
    if (inner) walk(reader, reader.position + length, inner(), found);
    else if (wire === 2 && message.entry && length < 4096) texts.set(field, reader.text(length));
    else reader.position += length;
  }
  if (texts.get(1) === 'location') found.add(texts.get(2) ?? '');
}

/** Reads a file by windows; what is skipped is never read. */
class Reader {
  private window: Buffer = Buffer.alloc(0);
  private start = 0;
  position = 0;

  constructor(private readonly descriptor: number) {}

  varint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 70; scale *= 128) {
      const byte = this.take(1)[0]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new CodedError('hub.onnxNumber');
  }

  text(length: number): string {
    return this.take(length).toString('utf8');
  }

  private take(bytes: number): Buffer {
    if (this.position < this.start || this.position + bytes > this.start + this.window.length) {
      const buffer = Buffer.alloc(Math.max(bytes, 1 << 16));
      const bytesRead = readSync(this.descriptor, buffer, 0, buffer.length, this.position);
      if (bytesRead < bytes) throw new CodedError('hub.onnxCut');
      [this.window, this.start] = [buffer.subarray(0, bytesRead), this.position];
    }
    const from = this.position - this.start;
    this.position += bytes;
    return this.window.subarray(from, from + bytes);
  }
}
