import { embeddingGraph, headShape } from '../../method/policyGraphs';
import type { ModelFolder } from '../../model/local/modelFolder';
import { openSession, values, type Compute } from '../../model/local/session';

/** Numbers of an output embedding that is read as a whole: 800 MB. */
const MOST_NUMBERS = 200e6;

/** The output embedding of some tokens, less their mean: which words a model uses alike. */
export class Neighbors {
  private constructor(
    private readonly ids: readonly number[],
    /** [ids, d], each of length 1. */
    private readonly vectors: Float32Array,
    private readonly d: number,
  ) {}

  /** Undefined for a model whose embedding cannot be taken out of its graph, or is very large. */
  static async open(model: ModelFolder, ids: readonly number[], compute: Compute): Promise<Neighbors | undefined> {
    const { file } = model.whole;
    const graph = await file.load();
    const shape = headShape(graph, model.logits);
    if (!shape || shape.vocabulary * shape.stateSize > MOST_NUMBERS || ids.some((id) => id >= shape.vocabulary)) return undefined;
    const { vocabulary: V, stateSize: d } = shape;
    const { bytes, transposed } = embeddingGraph(graph, model.logits);
    const session = await openSession(bytes, compute, { reference: model.reference, folder: file.weightsFolder });
    try {
      const embedding = values((await session.run({})).embedding);
      const vectors = new Float32Array(ids.length * d);
      ids.forEach((id, i) => {
        for (let j = 0; j < d; j++) vectors[i * d + j] = transposed ? embedding[id * d + j]! : embedding[j * V + id]!;
      });
      return new Neighbors(ids, normalized(vectors, d), d);
    } finally {
      await session.release();
    }
  }

  /** The tokens nearest to one of them by the cosine, nearest first. */
  of(id: number, count: number): number[] {
    const { ids, vectors, d } = this;
    const at = ids.indexOf(id);
    if (at < 0) return [];
    const cosine = ids.map((_, i) => {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += vectors[i * d + j]! * vectors[at * d + j]!;
      return sum;
    });
    return ids
      .map((_, i) => i)
      .filter((i) => i !== at)
      .sort((a, b) => cosine[b]! - cosine[a]!)
      .slice(0, count)
      .map((i) => ids[i]!);
  }
}

/** Less their mean, which all tokens share, and of length 1. */
function normalized(vectors: Float32Array, d: number): Float32Array {
  const n = vectors.length / d;
  const center = new Float64Array(d);
  vectors.forEach((x, i) => (center[i % d]! += x / n));
  for (let i = 0; i < n; i++) {
    const row = vectors.subarray(i * d, (i + 1) * d);
    row.forEach((x, j) => (row[j] = x - center[j]!));
    const length = Math.hypot(...row) || 1;
    row.forEach((x, j) => (row[j] = x / length));
  }
  return vectors;
}
