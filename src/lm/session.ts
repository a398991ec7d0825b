import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Threads that one matrix product may use. */
export interface Compute {
  readonly threads: number;
}

/** Opens a graph in ONNX Runtime. Threads do not spin between runs, so that other programs get the cores. */
export function openSession(graph: Uint8Array, compute: Compute): Promise<InferenceSession> {
  return InferenceSession.create(graph, {
    intraOpNumThreads: compute.threads,
    interOpNumThreads: 1,
    // One memory arena for each session would keep its largest batch for ever.
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}

export function floats(data: Float32Array, dims: readonly number[]): Tensor {
  return new Tensor('float32', data, dims);
}

export function integers(values: ArrayLike<number>, dims: readonly number[]): Tensor {
  const data = new BigInt64Array(values.length);
  for (let i = 0; i < values.length; i++) data[i] = BigInt(values[i]!);
  return new Tensor('int64', data, dims);
}

/** The values of an fp32 output. */
export function values(tensor: InferenceSession.OnnxValueMapType[string] | undefined): Float32Array {
  return (tensor as Tensor).data as Float32Array;
}
