import { Tensor } from '../runtime';
import type { GraphFile } from './graphFile';
import { ModelError } from '../../modelError';
import { isPast } from './branch';
import type { Feeds, KvCache } from './kvCache';
import { ELEMENT, type TensorValue } from './schema';

/** What a model's configuration says about its inputs. */
export interface InputShape {
  /** Position of a text's first token, as this model counts. */
  readonly firstPosition: number;
  /** Sizes of the KV cache: heads, and numbers in each; undefined if the configuration does not say. */
  readonly heads: number | undefined;
  readonly headSize: number | undefined;
}

/** The inputs that we can feed. */
const KNOWN = ['input_ids', 'attention_mask', 'position_ids', 'cache_position', 'token_type_ids', 'num_logits_to_keep', 'logits_to_keep'];

/** Puts rows of token ids into the inputs that a graph asks for, padded on the right. */
export class Feeder {
  /** @throws ModelError if a graph has an unknown input */
  constructor(
    private readonly graph: GraphFile,
    private readonly padId: number,
    private readonly shape: InputShape,
    reference: string,
  ) {
    const unknown = graph.inputs.filter(({ name }) => !KNOWN.includes(name) && !isPast(name));
    if (unknown.length > 0)
      throw new ModelError('model.unknownInput', {
        model: reference,
        file: graph.path,
        inputs: unknown.map(({ name }) => name),
        known: KNOWN.slice(0, 5),
      });
    for (const input of graph.inputs.filter(({ name }) => isPast(name))) emptyPast(input, 1, shape, reference);
  }

  /** Whether rows of different lengths may share a batch. */
  get pads(): boolean {
    return this.graph.takes('attention_mask');
  }

  /** @param atLeast tokens that rows are padded to at least */
  feeds(rows: readonly (readonly number[])[], past?: KvCache, atLeast = 0): Feeds {
    const batch = rows.length;
    const width = Math.max(atLeast, ...rows.map((row) => row.length));
    const feeds: Record<string, Tensor> = {};
    for (const input of this.graph.inputs) {
      if (isPast(input.name)) feeds[input.name] = past?.tensors[input.name] ?? emptyPast(input, batch, this.shape, '');
      else {
        const [dims, value] = this.fill(input.name, rows, width, past);
        feeds[input.name] = tensorOf(input.elemType, dims, value);
      }
    }
    return feeds;
  }

  /** Sizes of an input and its values by row and column. */
  private fill(
    name: string,
    rows: readonly (readonly number[])[],
    width: number,
    past: KvCache | undefined,
  ): [readonly number[], (row: number, column: number) => number] {
    const { width: kept = 0, behind = 0, lengths } = past ?? {};
    const before = (i: number) => lengths?.[i] ?? 0;
    const wasRead = (i: number, j: number) => j < before(i) || j >= kept - behind;
    switch (name) {
      case 'input_ids':
        return [[rows.length, width], (i, j) => rows[i]![j] ?? this.padId];
      case 'attention_mask':
        return [[rows.length, kept + width], (i, j) => ((j < kept ? wasRead(i, j) : j - kept < rows[i]!.length) ? 1 : 0)];
      case 'position_ids':
        return [[rows.length, width], (i, j) => this.shape.firstPosition + before(i) + behind + j];
      case 'cache_position':
        return [[width], (_, j) => kept + j];
      case 'token_type_ids':
        return [[rows.length, width], () => 0];
      default: // how many tokens get logits: 0 means all
        return [[], () => 0];
    }
  }
}

/** A tensor of integers; its last axis is the columns. */
function tensorOf(elemType: number, dims: readonly number[], value: (row: number, column: number) => number): Tensor {
  const columns = dims.at(-1) ?? 1;
  const size = dims.reduce((a, b) => a * b, 1);
  const at = (i: number) => value(Math.floor(i / columns), i % columns);
  const fill = <T extends { [index: number]: number }>(data: T): T => {
    for (let i = 0; i < size; i++) data[i] = at(i);
    return data;
  };
  if (elemType === ELEMENT.int32) return new Tensor('int32', fill(new Int32Array(size)), dims);
  if (elemType === ELEMENT.float) return new Tensor('float32', fill(new Float32Array(size)), dims);
  if (elemType === ELEMENT.bool) return new Tensor('bool', fill(new Uint8Array(size)), dims);
  const data = new BigInt64Array(size);
  for (let i = 0; i < size; i++) data[i] = BigInt(at(i));
  return new Tensor('int64', data, dims);
}

/** An empty KV cache: 0 tokens, and the other sizes as the graph gives them, or the configuration if the graph only names them. */
function emptyPast(input: TensorValue, batch: number, shape: InputShape, reference: string): Tensor {
  const dims = input.dims?.map((size, axis) => {
    if (typeof size === 'number') return size;
    if (/past|sequence|length/i.test(size)) return 0;
    if (/[x*]/.test(size)) return undefined; // "batch_size x num_heads": another layout
    return [batch, shape.heads, undefined, shape.headSize][axis];
  });
  const type = ({ [ELEMENT.float]: 'float32', [ELEMENT.float16]: 'float16' } as const)[input.elemType];
  if (!dims?.includes(0) || !dims.every((size) => size !== undefined) || !type)
    throw new ModelError('model.noPastSizes', { model: reference, input: input.name, dims: input.dims?.join(' × ') ?? '' });
  return type === 'float32' ? new Tensor(type, new Float32Array(0), dims) : new Tensor(type, new Uint16Array(0), dims);
}
