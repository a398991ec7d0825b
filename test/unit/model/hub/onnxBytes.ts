/** A protobuf field of bytes. */
export function field(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}

const entry = (key: string, value: string): Buffer => field(13, Buffer.concat([field(1, key), field(2, value)]));

/** A tensor whose values lie in another file (TensorProto.external_data, data_location EXTERNAL). */
export function externalTensor(location: string): Buffer {
  return Buffer.concat([
    field(8, 'weight'),
    entry('location', location),
    entry('offset', '0'),
    entry('length', '400'),
    varint(14 * 8),
    varint(1),
  ]);
}

export const rawTensor = (bytes: Uint8Array): Buffer => Buffer.concat([field(8, 'weight'), field(9, bytes)]);

/** ModelProto with ir_version 8 and a graph of these initializers and nodes. */
export function onnxModel({ initializers = [], nodes = [] }: { initializers?: Buffer[]; nodes?: Buffer[] }): Buffer {
  const graph = Buffer.concat([
    ...nodes.map((node) => field(1, node)),
    field(2, 'main'),
    ...initializers.map((tensor) => field(5, tensor)),
  ]);
  return Buffer.concat([varint(8), varint(8), field(7, graph)]);
}

/** Bytes that do not repeat, always the same. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}
