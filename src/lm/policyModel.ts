import type { InferenceSession } from 'onnxruntime-node';
import { logSumExp } from './logits';
import type { StateSource } from './policyInterfaces';
import { GraphBuilder } from './onnx/build';
import { stateGraphs } from './onnx/head';
import type { ModelFolder } from './modelFolder';
import { ModelError } from './modelError';
import { floats, integers, openSession, values, type Compute } from './session';
import { emptyPast } from './wholeRowTaskModel';

const BATCH = 16;
const KEPT_STATES = 20_000;

/** The frozen causal model under the policy: states of prefixes, and its output embedding W_E. */
export class PolicyModel implements StateSource {
  /** States by prefix: the model is frozen, so a prefix is run once. */
  private readonly known = new Map<string, Float32Array>();

  private constructor(
    private readonly model: ModelFolder,
    private readonly session: InferenceSession,
    private readonly headSession: InferenceSession,
    /** W_E, [V, d]. */
    readonly embedding: Float32Array,
    readonly stateSize: number,
  ) {}

  static async open(model: ModelFolder, compute: Compute): Promise<PolicyModel> {
    if (model.kind !== 'causal')
      throw new ModelError(`The policy model ${model.reference} is a masked model; the policy needs a causal one, such as bundled:causal.`);
    const graphs = stateGraphs(model.graph);
    const weightSession = await openSession(graphs.embedding, compute);
    const weight = (await weightSession.run({})).embedding!;
    const [rows, columns] = weight.dims as [number, number];
    const raw = values(weight).slice();
    await weightSession.release();
    const [d, embedding] = graphs.rows === 'vocabulary' ? [columns, raw] : [rows, transpose(raw, rows, columns)];
    const headSession = await openSession(headGraph(d), compute);
    return new PolicyModel(model, await openSession(graphs.states, compute), headSession, embedding, d);
  }

  /** Ids of the source `<|endoftext|>`, the state that a prompt for a whole task starts from. */
  get source(): number[] {
    const id = this.model.tokenizer.startId;
    if (id === undefined)
      throw new ModelError(`The tokenizer of ${this.model.reference} names no bos_token or eos_token for the policy to start from.`);
    return [id];
  }

  /** Rows of W_E for a set of actions, [A, d]. */
  actionEmbedding(actions: readonly number[]): Float32Array {
    const d = this.stateSize;
    const rows = new Float32Array(actions.length * d);
    actions.forEach((id, a) => rows.set(this.embedding.subarray(id * d, (id + 1) * d), a * d));
    return rows;
  }

  async states(prefixes: readonly (readonly number[])[]): Promise<Float32Array> {
    const missing = [...new Map(prefixes.map((ids) => [ids.join(), ids])).entries()]
      .filter(([key]) => !this.known.has(key))
      .map(([, ids]) => ids);
    // Prefixes of one length at a time, in batches of one size: a state never depends on what it was batched with.
    for (const length of new Set(missing.map((ids) => ids.length))) {
      const same = missing.filter((ids) => ids.length === length);
      for (let start = 0; start < same.length; start += BATCH) {
        const batch = same.slice(start, start + BATCH);
        const states = await this.run(Array.from({ length: BATCH }, (_, i) => batch[i] ?? batch[0]!));
        batch.forEach((ids, i) => this.known.set(ids.join(), states.slice(i * this.stateSize, (i + 1) * this.stateSize)));
      }
    }
    const result = new Float32Array(prefixes.length * this.stateSize);
    prefixes.forEach((ids, i) => result.set(this.known.get(ids.join())!, i * this.stateSize));
    for (const key of this.known.keys()) {
      if (this.known.size <= KEPT_STATES) break;
      this.known.delete(key);
    }
    return result;
  }

  /** Perplexity of token ids behind the source: exp of the mean negative log-likelihood; NaN for no tokens. */
  async perplexity(ids: readonly number[]): Promise<number> {
    if (ids.length === 0) return Number.NaN;
    const states = await this.states(ids.map((_, t) => [...this.source, ...ids.slice(0, t)]));
    const logits = await this.languageLogits(states);
    const V = logits.length / ids.length;
    let total = 0;
    ids.forEach((id, t) => {
      const row = logits.subarray(t * V, (t + 1) * V);
      total += logSumExp(row) - row[id]!;
    });
    return Math.exp(total / ids.length);
  }

  async languageLogits(states: Float32Array): Promise<Float32Array> {
    const d = this.stateSize;
    const output = await this.headSession.run({
      states: floats(states, [states.length / d, d]),
      embedding: floats(this.embedding, [this.embedding.length / d, d]),
    });
    return values(output.logits);
  }

  /** States at the last tokens of rows of one length. */
  private async run(rows: readonly (readonly number[])[]): Promise<Float32Array> {
    const width = rows[0]!.length;
    const dims = [rows.length, width];
    const output = await this.session.run({
      input_ids: integers(rows.flat(), dims),
      attention_mask: integers(new Array<number>(rows.length * width).fill(1), dims),
      position_ids: integers(
        rows.flatMap((row) => row.map((_, j) => j)),
        dims,
      ),
      positions: integers(
        rows.map(() => width - 1),
        [rows.length],
      ),
      ...emptyPast(this.model, rows.length),
    });
    return values(output.state);
  }

  async release(): Promise<void> {
    await Promise.all([this.session.release(), this.headSession.release()]);
  }
}

/** logits [N, V] = states [N, d] · embeddingᵀ */
function headGraph(d: number): Uint8Array {
  const g = new GraphBuilder();
  g.input('states', ['N', d]);
  g.input('embedding', ['V', d]);
  g.op('Gemm', ['states', 'embedding'], { transB: 1 }, 'logits');
  g.output('logits', ['N', 'V']);
  return g.build();
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j]!;
  return result;
}
