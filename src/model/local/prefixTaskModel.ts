import { batches } from './batches';
import { CachedGraphs, type Batching } from './graphs/cachedGraphs';
import { bytesOf, stack, type KvCache, type Room } from './graphs/kvCache';
import type { Layout, RowLayout } from './layout';
import type { ModelFolder } from './modelFolder';
import type { Compute } from './session';
import type { RowSet, RowsOfPrompt, TaskModel } from '../taskModel';

interface PrefixRows extends RowSet {
  readonly layouts: readonly RowLayout[];
  /** KV caches of the rows that were read. */
  readonly read: Map<RowLayout, KvCache>;
}

/** (prompt, row) pairs in one run of the model. */
const BATCH = 16;
/** Texts are padded to a multiple of this, by their own length alone, so that a score does not depend on the batch. */
const STEP = 8;

/**
 * A causal task model whose template puts the input before the prompt: it reads each text once and keeps its KV cache, so
 * that a prompt costs its own tokens only.
 */
export class PrefixTaskModel implements TaskModel {
  /** Bytes of KV caches kept at most, over all row sets. */
  static readonly KEPT_BYTES = 160e6;
  private keptBytes = 0;
  answered = 0;
  /** Of calls that are over; one that runs has its own. */
  private readonly rooms: Room[] = [];

  private constructor(
    readonly key: string,
    private readonly graphs: CachedGraphs,
    private readonly layout: Layout,
    readonly classes: number,
    private readonly batching: Batching,
  ) {}

  /** @throws NoKvCache if the model has to read whole rows; ModelError */
  static async open(
    model: ModelFolder,
    layout: Layout,
    template: string,
    labelIds: readonly number[],
    compute: Compute,
  ): Promise<PrefixTaskModel> {
    const graphs = await CachedGraphs.open(model, labelIds, compute);
    try {
      const batching = await graphs.tryOut(model);
      return new PrefixTaskModel(`${model.hash}\n${template}\n${labelIds.join()}`, graphs, layout, labelIds.length, batching);
    } catch (error) {
      await graphs.release();
      throw error;
    }
  }

  /** Whether the head is computed for the label words only. */
  get narrow(): boolean {
    return this.graphs.narrow;
  }

  rows(texts: readonly string[]): PrefixRows {
    const layouts = texts.map((text) => this.layout.row(text, false));
    return { texts, layouts, read: new Map(), cut: layouts.filter((row) => row.cut > 0).length };
  }

  async score(
    prompts: readonly (readonly number[])[],
    set: PrefixRows,
    rows: readonly number[],
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const K = this.classes;
    const result = new Float32Array(prompts.length * rows.length * K);
    const most = this.batching === 'none' ? 1 : BATCH;
    const wanted = rows
      .map((row, r) => ({ r, row: set.layouts[row]!, width: this.width(set.layouts[row]!) }))
      .sort((a, b) => a.width - b.width);
    const asked = prompts.map((ids, p) => ({ p, ids })).sort((a, b) => a.ids.length - b.ids.length);
    // Rows in the outer loop: a text whose cache is not kept is read once a call.
    for (const lanes of batches(wanted, most, ({ width }) => width)) {
      const texts = await this.pasts(
        set,
        lanes.map(({ row }) => row),
        lanes[0]!.width,
      );
      let past: KvCache | undefined;
      // With few rows, several prompts share a run.
      for (const group of batches(asked, Math.floor(most / lanes.length), ({ ids }) => ids.length)) {
        signal?.throwIfAborted();
        const pairs = group.flatMap(({ p, ids }) => lanes.map(({ r, row }) => ({ at: (p * rows.length + r) * K, ids, row })));
        if (past?.lengths.length !== pairs.length) past = stack(group.flatMap(() => texts));
        const logits = await this.answer(pairs, past);
        pairs.forEach(({ at }, i) => result.set(logits.subarray(i * K, (i + 1) * K), at));
        this.answered += pairs.length;
      }
    }
    return result;
  }

  /** Prompts with rows of their own: pairs of texts of one width and prompts of one length share a run. */
  async scoreEach(jobs: readonly RowsOfPrompt[], set: PrefixRows, signal?: AbortSignal): Promise<Float32Array[]> {
    const K = this.classes;
    const results = jobs.map(({ rows }) => new Float32Array(rows.length * K));
    const pairs = jobs.flatMap(({ ids, rows }, j) =>
      rows.map((at, r) => {
        const row = set.layouts[at]!;
        return { into: results[j]!, r, ids, row, width: this.width(row) };
      }),
    );
    pairs.sort((a, b) => a.width - b.width || a.ids.length - b.ids.length);
    const room: Room = this.rooms.pop() ?? new Map<string, Float32Array>();
    for (const group of batches(pairs, this.batching === 'none' ? 1 : BATCH, ({ width, ids }) => `${width} ${ids.length}`)) {
      signal?.throwIfAborted();
      const rows = [...new Set(group.map(({ row }) => row))];
      const pasts = await this.pasts(set, rows, group[0]!.width);
      const past = stack(
        group.map(({ row }) => pasts[rows.indexOf(row)]!),
        room,
      );
      const logits = await this.answer(group, past);
      group.forEach(({ into, r }, i) => into.set(logits.subarray(i * K, (i + 1) * K), r * K));
      this.answered += group.length;
    }
    this.rooms.push(room);
    return results;
  }

  private answer(pairs: readonly { ids: readonly number[]; row: RowLayout }[], past: KvCache): Promise<Float32Array> {
    const tails = pairs.map(({ ids, row }) => [...ids, ...row.after]);
    this.layout.refuseLonger(past.width + tails[0]!.length);
    if (tails[0]!.length > 0) return this.graphs.answer(tails, past);
    // The empty prompt: the answer follows the text itself.
    return this.graphs.answer(
      pairs.map(({ row }) => this.layout.filled(row.before)),
      undefined,
      Math.max(past.width, 1),
    );
  }

  /** Tokens that a text is padded to: where texts of different lengths may be read together, and the context has room for it. */
  private width({ before, after }: RowLayout): number {
    if (this.batching !== 'any') return before.length;
    return Math.max(before.length, Math.min(Math.ceil(before.length / STEP) * STEP, this.layout.room - after.length));
  }

  /** KV caches of texts of one width; reads those that are not kept. */
  private async pasts(set: PrefixRows, rows: readonly RowLayout[], width: number): Promise<KvCache[]> {
    const unread = rows.filter((row) => !set.read.has(row));
    const fresh =
      unread.length === 0
        ? []
        : await this.graphs.read(
            unread.map((row) => row.before),
            width,
          );
    const pasts = rows.map((row) => set.read.get(row) ?? fresh[unread.indexOf(row)]!);
    const bytes = fresh.reduce((sum, past) => sum + bytesOf(past), 0);
    if (this.keptBytes + bytes <= PrefixTaskModel.KEPT_BYTES) {
      unread.forEach((row, i) => set.read.set(row, fresh[i]!));
      this.keptBytes += bytes;
    }
    return pasts;
  }

  release(): Promise<void> {
    return this.graphs.release();
  }
}
