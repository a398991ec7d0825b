import { InferenceSession, Tensor } from './runtime';
import { runtimeError } from './runtimeErrors';

/** Threads that one matrix product may use. */
export interface Compute {
  readonly threads: number;
}

/** Where a graph comes from: its name in errors, and the folder of weights outside it. */
interface Origin {
  readonly reference: string;
  readonly folder?: string;
}

/** A graph that is open in ONNX Runtime; its errors are for users. */
export class Session {
  constructor(
    private readonly session: InferenceSession,
    private readonly origin: Origin,
  ) {}

  /** @param outputs names, or tensors to write into by name; all when absent. @throws ModelError */
  async run(
    feeds: InferenceSession.FeedsType,
    outputs?: readonly string[] | Readonly<Record<string, Tensor>>,
  ): Promise<InferenceSession.ReturnType> {
    try {
      return await (outputs ? this.session.run(feeds, outputs as string[]) : this.session.run(feeds));
    } catch (error) {
      throw runtimeError(error, this.origin.reference);
    }
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/** Opens a graph. Threads do not spin between runs, so that other programs get the cores. @throws ModelError */
export async function openSession(graph: Uint8Array, compute: Compute, origin: Origin = { reference: 'the policy' }): Promise<Session> {
  try {
    const session = await InferenceSession.create(graph, {
      intraOpNumThreads: compute.threads,
      interOpNumThreads: 1,
      // One memory arena for each session would keep its largest batch for ever.
      enableCpuMemArena: true,
      enableMemPattern: false,
      // Errors are thrown; what ONNX Runtime also prints adds nothing.
      logSeverityLevel: 4,
      extra: {
        session: {
          intra_op: { allow_spinning: '0' },
          ...(origin.folder !== undefined && { model_external_initializers_file_folder_path: origin.folder }),
        },
      },
    });
    return new Session(session, origin);
  } catch (error) {
    throw runtimeError(error, origin.reference);
  }
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
