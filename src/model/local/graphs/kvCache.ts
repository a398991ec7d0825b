import { Tensor } from '../runtime';

export type Feeds = Readonly<Record<string, Tensor>>;

/** The KV cache of tokens that were read before, for a batch of rows padded on the right to one width. */
export interface KvCache {
  /** By the input that takes it; axis 0 is the batch. */
  readonly tensors: Feeds;
  readonly width: number;
  /** Tokens of each row before its padding. */
  readonly lengths: readonly number[];
  /** Tokens behind the padding, the same number for every row: those generated so far. */
  readonly behind?: number;
}

/** The rows of a batch one by one; they share its memory. */
export function split({ tensors, lengths, ...rest }: KvCache): KvCache[] {
  return lengths.map((length, row) => ({
    ...rest,
    tensors: mapTensors(tensors, ({ type, data, dims }) => {
      const size = data.length / lengths.length;
      return new Tensor(type, (data as Float32Array).subarray(row * size, (row + 1) * size), [1, ...dims.slice(1)]);
    }),
    lengths: [length],
  }));
}

/** Memory of stacked batches, by tensor, that is used again: new memory for each would keep the garbage collector busy. */
export type Room = Map<string, Float32Array>;

/** A batch of rows of one width, each a batch of its own before; a row may occur more than once. In `room`, it lasts until the next. */
export function stack(rows: readonly KvCache[], room?: Room): KvCache {
  const [first] = rows as [KvCache, ...KvCache[]];
  if (rows.length === 1) return first;
  const tensors = mapTensors(first.tensors, ({ type, data, dims, size }, name) => {
    const all = roomFor(rows.length * size, data.constructor as Float32ArrayConstructor, name, room);
    rows.forEach((row, i) => all.set(row.tensors[name]!.data as Float32Array, i * size));
    return new Tensor(type, all, [rows.length, ...dims.slice(1)]);
  });
  return { ...first, tensors, lengths: rows.flatMap(({ lengths }) => lengths) };
}

function roomFor(size: number, type: Float32ArrayConstructor, name: string, room: Room | undefined): Float32Array {
  let all = room?.get(name);
  if (!(all instanceof type) || all.length < size) {
    all = new type(size);
    room?.set(name, all);
  }
  return all.subarray(0, size);
}

/** A row with memory of its own, so that it does not hold its batch's. */
export function detached(row: KvCache): KvCache {
  return { ...row, tensors: mapTensors(row.tensors, ({ type, data, dims }) => new Tensor(type, (data as Float32Array).slice(), dims)) };
}

export function bytesOf({ tensors }: KvCache): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + (data as Float32Array).byteLength, 0);
}

function mapTensors(tensors: Feeds, change: (tensor: Tensor, name: string) => Tensor): Feeds {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]));
}
