import { Tensor } from '../runtime';
import type { Feeds } from './kvCache';

/**
 * Memory that the runs of one text, or of some that grow together, write their outputs into in turn: what a run reads was written
 * by the one before it, and what that one read is free. New memory for every token would keep the garbage collector busy.
 */
export class OutputBuffers {
  private readonly memory = new Map<string, ArrayBuffer>();
  private turn = 0;

  /**
   * Tensors of a KV cache that has one token more than `past`, by their output. Undefined where the sizes are of another
   * layout than [B, heads, tokens, d]: ONNX Runtime allocates them itself then.
   */
  longer(past: Feeds, width: number, present: ReadonlyMap<string, string>): Feeds | undefined {
    this.turn = 1 - this.turn;
    const longer: [string, Tensor][] = [];
    for (const [input, output] of present) {
      const { type, data, dims } = past[input]!;
      if (dims.length !== 4 || dims[2] !== width || dims.includes(0)) return undefined;
      const Values = data.constructor as Float32ArrayConstructor;
      longer.push([output, this.tensor(output, type, Values, [dims[0]!, dims[1]!, width + 1, dims[3]!])]);
    }
    return Object.fromEntries(longer);
  }

  tensor(name: string, type: Tensor.Type, Values: Float32ArrayConstructor, dims: readonly number[]): Tensor {
    const size = dims.reduce((a, b) => a * b, 1);
    const bytes = size * Values.BYTES_PER_ELEMENT;
    const key = `${name} ${this.turn}`;
    let memory = this.memory.get(key);
    if (!memory || memory.byteLength < bytes) {
      // Room for some tokens more.
      memory = new ArrayBuffer(Values.BYTES_PER_ELEMENT * Math.ceil(1.5 * size));
      this.memory.set(key, memory);
    }
    return new Tensor(type, new Values(memory, 0, size), dims);
  }
}
