import type { ModelFolder } from '../model/local/modelFolder';
import { ModelError } from '../model/modelError';
import { embeddingGraph, headShape, languageHeadGraph } from './policyGraphs';
import { InputReader } from './inputReader';
import { logSumExp } from '../model/logits';
import { POSITIONS } from '../model/local/graphs/scoring';
import { STATE, stateGraph } from '../model/local/graphs/states';
import type { StateSource } from './policy';
import { floats, integers, openSession, values, type Compute, type Session } from '../model/local/session';

const BATCH = 8;
const KEPT_STATES = 20_000;

/** The frozen causal model under the policy: states of prefixes, and its output embedding W_E. */
export class PolicyModel implements StateSource {
  /** States by prefix: the model is frozen, so it runs a prefix once. */
  private readonly known = new Map<string, Float32Array>();
  /** Opened when the first input is read; undefined where the model has no KV cache. */
  private reader: Promise<InputReader | undefined> | undefined;

  private constructor(
    private readonly model: ModelFolder,
    private readonly session: Session,
    private readonly headSession: Session,
    private readonly compute: Compute,
    /** W_E, [V, d]. */
    readonly embedding: Float32Array,
    readonly stateSize: number,
  ) {}

  /** @throws ModelError */
  static async open(model: ModelFolder, compute: Compute): Promise<PolicyModel> {
    const { reference, logits } = model;
    if (model.kind !== 'causal') throw new ModelError('method.maskedPolicy', { model: reference });
    const { file } = model.whole;
    const origin = { reference, folder: file.weightsFolder };
    const graph = await file.load();
    const shape = headShape(graph, logits);
    if (!shape) throw new ModelError('method.noHead', { model: reference, file: file.path });
    const { bytes, transposed } = embeddingGraph(graph, logits);
    const weightSession = await openSession(bytes, compute, origin);
    const raw = values((await weightSession.run({})).embedding);
    const { vocabulary, stateSize } = shape;
    const embedding = transposed ? raw.slice() : transpose(raw, stateSize, vocabulary);
    await weightSession.release();
    const headSession = await openSession(languageHeadGraph(graph, logits), compute, origin);
    const session = await openSession(stateGraph(graph, logits), compute, origin);
    return new PolicyModel(model, session, headSession, compute, embedding, stateSize);
  }

  /**
   * Ids of an input as the source of its prompts: the text behind the token that texts start with. Of a text that is too long for
   * the model, its end, with room for `room` tokens.
   */
  sourceOf(input: string, room: number): { readonly ids: number[]; readonly cut: boolean } {
    const ids = this.model.tokenizer.encode(input, 'start');
    const most = this.model.context - room - this.source.length;
    return { ids: [...this.source, ...ids.slice(-most)], cut: ids.length > most };
  }

  /** Ids of the source `<|endoftext|>`, the state from which every prompt starts. */
  get source(): number[] {
    const id = this.model.tokenizer.startId;
    if (id === undefined) throw new ModelError('method.noStart', { model: this.model.reference });
    return [id];
  }

  /** Rows of W_E for a set of actions, [A, d]. @throws ModelError for a token that the model does not have */
  actionEmbedding(actions: readonly number[]): Float32Array {
    const d = this.stateSize;
    const last = actions.reduce((a, b) => Math.max(a, b), 0);
    if (last * d >= this.embedding.length)
      throw new ModelError('method.tokenBeyondModel', { model: this.model.reference, token: last, last: this.embedding.length / d - 1 });
    const rows = new Float32Array(actions.length * d);
    actions.forEach((id, a) => rows.set(this.embedding.subarray(id * d, (id + 1) * d), a * d));
    return rows;
  }

  async states(prefixes: readonly (readonly number[])[], sources: readonly number[] = []): Promise<Float32Array> {
    const unknown = [...new Map(prefixes.map((ids, i) => [ids.join(), { ids, source: sources[i] ?? 0 }])).entries()]
      .filter(([key]) => !this.known.has(key))
      .map(([, prefix]) => prefix);
    const read = unknown.filter(({ source }) => source > this.source.length);
    const reader = read.length > 0 ? await (this.reader ??= InputReader.open(this.model, this.compute)) : undefined;
    if (reader) (await reader.states(read)).forEach((state, i) => this.known.set(read[i]!.ids.join(), state));
    const missing = unknown.filter((prefix) => !reader || !read.includes(prefix)).map(({ ids }) => ids);
    // Prefixes of one length at a time, in batches of one size: a state does not depend on its batch.
    for (const length of new Set(missing.map((ids) => ids.length))) {
      const same = missing.filter((ids) => ids.length === length);
      const size = this.model.whole.file.batchDependent ? 1 : BATCH;
      for (let start = 0; start < same.length; start += size) {
        const batch = same.slice(start, start + size);
        const states = await this.run(Array.from({ length: size }, (_, i) => batch[i] ?? batch[0]!));
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

  /** Perplexity of token ids after the source: exp of the mean negative log-likelihood; NaN for no tokens. */
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
    return values(output.language_logits);
  }

  /** States at the last tokens of rows of one length. */
  private async run(rows: readonly (readonly number[])[]): Promise<Float32Array> {
    const width = rows[0]!.length;
    const positions = rows.map((_, i) => (i + 1) * width - 1);
    const output = await this.session.run({ ...this.model.whole.feeder.feeds(rows), [POSITIONS]: integers(positions, [positions.length]) });
    return values(output[STATE]);
  }

  async release(): Promise<void> {
    await Promise.all([this.session.release(), this.headSession.release(), (await this.reader)?.release()]);
  }
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j]!;
  return result;
}
