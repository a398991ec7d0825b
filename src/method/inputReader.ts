import { batches } from '../model/local/batches';
import { CachedGraphs, NoKvCache, type Answers, type Batching } from '../model/local/graphs/cachedGraphs';
import { bytesOf, detached, stack, type KvCache, type Room } from '../model/local/graphs/kvCache';
import { STATE, stateGraph } from '../model/local/graphs/states';
import type { ModelFolder } from '../model/local/modelFolder';
import type { Compute } from '../model/local/session';

/** Token ids, of which the first `source` are an input. */
interface Prefix {
  readonly ids: readonly number[];
  readonly source: number;
}

/** Rows in one run of the model: at most, and a multiple of; products of fewer rows round differently. */
const BATCH = 16;
const ROWS = 4;
/** Inputs are padded to a multiple of this, by their own length alone, so that a state does not depend on the batch. */
const STEP = 16;
/** Bytes of KV caches that are kept. */
const KEPT_BYTES = 256e6;

const STATES: Answers = {
  output: STATE,
  graph: (model, logits, kept) => ({ bytes: stateGraph(model, logits, kept), narrow: true }),
};

/**
 * States of a frozen causal model after inputs and the prompts behind them. It reads each input once and keeps its KV cache, so
 * that a further token of a prompt costs that token only.
 */
export class InputReader {
  /** By the ids that were read; the least recently used come first. */
  private readonly kept = new Map<string, KvCache>();
  private bytes = 0;
  private readonly room: Room = new Map();

  private constructor(
    private readonly graphs: CachedGraphs,
    private readonly batching: Batching,
    private readonly context: number,
  ) {}

  /** Undefined where the model has to read whole texts. @throws ModelError */
  static async open(model: ModelFolder, compute: Compute): Promise<InputReader | undefined> {
    try {
      const graphs = await CachedGraphs.open(model, STATES, compute);
      try {
        return new InputReader(graphs, await graphs.tryOut(model), model.context);
      } catch (error) {
        await graphs.release();
        throw error;
      }
    } catch (error) {
      if (error instanceof NoKvCache) return undefined;
      throw error;
    }
  }

  /** The state after each prefix. */
  async states(prefixes: readonly Prefix[]): Promise<Float32Array[]> {
    const states: Float32Array[] = [];
    // The input's last token is read with the prompt: its state is the first one wanted.
    const wanted = prefixes
      .map(({ ids, source }, at) => ({ at, read: ids.slice(0, source - 1), tail: ids.slice(source - 1) }))
      .map((each) => ({ ...each, width: this.width(each.read.length, each.tail.length) }))
      .sort((a, b) => a.width - b.width || a.tail.length - b.tail.length || a.at - b.at);
    const most = this.batching === 'none' ? 1 : BATCH;
    for (const batch of batches(wanted, most, ({ width, tail }) => `${width} ${tail.length}`)) {
      const pasts = await this.pasts(
        batch.map(({ read }) => read),
        batch[0]!.width,
      );
      const rows = this.filled(batch.length);
      const answers = await this.graphs.answer(
        rows.map((i) => batch[i]!.tail),
        stack(
          rows.map((i) => pasts[i]!),
          this.room,
        ),
      );
      const d = answers.length / rows.length;
      batch.forEach(({ at }, i) => (states[at] = answers.slice(i * d, (i + 1) * d)));
    }
    return states;
  }

  /** Places of some rows, repeated up to a multiple of what a run has. */
  private filled(count: number): number[] {
    const rows = this.batching === 'none' ? 1 : ROWS;
    return Array.from({ length: rows * Math.ceil(count / rows) }, (_, i) => i % count);
  }

  /** Tokens that an input is padded to: where inputs of different lengths may be read together, and the context has room for it. */
  private width(length: number, tail: number): number {
    if (this.batching !== 'any') return length;
    return Math.max(length, Math.min(Math.ceil(length / STEP) * STEP, this.context - tail));
  }

  /** KV caches of inputs of one width; reads those that are not kept. */
  private async pasts(inputs: readonly (readonly number[])[], width: number): Promise<KvCache[]> {
    const keys = inputs.map((ids) => `${width} ${ids.join()}`);
    const unread = [...new Map(keys.map((key, i) => [key, inputs[i]!]))].filter(([key]) => !this.kept.has(key));
    const fresh = new Map<string, KvCache>();
    if (unread.length > 0) {
      const rows = this.filled(unread.length).map((i) => unread[i]![1]);
      const read = await this.graphs.read(rows, width);
      unread.forEach(([key], i) => fresh.set(key, detached(read[i]!)));
    }
    const pasts = keys.map((key) => fresh.get(key) ?? this.kept.get(key)!);
    keys.forEach((key, i) => this.keep(key, pasts[i]!));
    return pasts;
  }

  private keep(key: string, past: KvCache): void {
    const known = this.kept.delete(key);
    this.kept.set(key, past);
    if (!known) this.bytes += bytesOf(past);
    for (const [oldest, old] of this.kept) {
      if (this.bytes <= KEPT_BYTES) break;
      this.kept.delete(oldest);
      this.bytes -= bytesOf(old);
    }
  }

  async release(): Promise<void> {
    await this.graphs.release();
  }
}
