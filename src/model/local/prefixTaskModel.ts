import { batches } from './batches';
import { CachedGraphs, labelLogits, type Batching } from './graphs/cachedGraphs';
import { bytesOf, stack, type KvCache, type Room } from './graphs/kvCache';
import type { PrefixedText, PrefixLayout } from './layout';
import type { ModelFolder } from './modelFolder';
import type { Compute } from './session';
import type { RowSet, RowsOfPrompt, TaskModel } from '../taskModel';

interface PrefixRows extends RowSet {
  readonly layouts: readonly PrefixedText[];
  /** KV caches of the rows that were read. */
  readonly read: Map<PrefixedText, KvCache>;
}

/** A prompt on a row: `at` is its place in the result, `lane` that of its row in the batch. */
interface Pair {
  readonly at: number;
  readonly ids: readonly number[];
  readonly row: PrefixedText;
  readonly lane: number;
  readonly behind: readonly number[] | undefined;
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
    private readonly layout: PrefixLayout,
    readonly classes: number,
    private readonly batching: Batching,
  ) {}

  /** @throws NoKvCache if the model has to read whole rows; ModelError */
  static async open(
    model: ModelFolder,
    layout: PrefixLayout,
    template: string,
    labelIds: readonly number[],
    compute: Compute,
  ): Promise<PrefixTaskModel> {
    const graphs = await CachedGraphs.open(model, labelLogits(labelIds), compute);
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
    const layouts = texts.map((text) => this.layout.prefixed(text));
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
      const { width } = lanes[0]!;
      const texts = await this.pasts(
        set,
        lanes.map(({ row }) => row),
        width,
      );
      const pairs = asked.flatMap(({ p, ids }) =>
        lanes.map(({ r, row }, lane): Pair => ({ at: (p * rows.length + r) * K, ids, row, lane, behind: row.behind(ids) })),
      );
      const answered = (some: readonly Pair[], logits: Float32Array): void => {
        some.forEach(({ at }, i) => result.set(logits.subarray(i * K, (i + 1) * K), at));
        this.answered += some.length;
      };
      // The empty prompt, whose answer may follow the text itself, and prompts that change how their row begins.
      const alone = pairs.filter(({ behind }) => !behind?.length);
      for (const group of batches(alone, most, apart)) {
        signal?.throwIfAborted();
        answered(group, await this.whole(group, width));
      }
      const tailed = pairs.filter(({ behind }) => behind?.length).sort((a, b) => a.behind!.length - b.behind!.length);
      let past: { readonly lanes: string; readonly cache: KvCache } | undefined;
      // With few rows, several prompts share a run.
      for (const group of batches(tailed, Math.floor(most / lanes.length) * lanes.length, ({ behind }) => behind!.length)) {
        signal?.throwIfAborted();
        const own = group.map(({ lane }) => lane);
        if (past?.lanes !== own.join()) past = { lanes: own.join(), cache: stack(own.map((lane) => texts[lane]!)) };
        answered(group, await this.behindTexts(group, past.cache));
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
        return { into: results[j]!, r, ids, row, width: this.width(row), behind: row.behind(ids) };
      }),
    );
    const most = this.batching === 'none' ? 1 : BATCH;
    const answered = (some: readonly (typeof pairs)[number][], logits: Float32Array): void => {
      some.forEach(({ into, r }, i) => into.set(logits.subarray(i * K, (i + 1) * K), r * K));
      this.answered += some.length;
    };
    const alone = pairs.filter(({ behind }) => !behind?.length).sort((a, b) => a.width - b.width);
    for (const group of batches(alone, most, (pair) => (pair.behind ? pair.width : apart(pair)))) {
      signal?.throwIfAborted();
      answered(group, await this.whole(group, group[0]!.width));
    }
    const tailed = pairs.filter(({ behind }) => behind?.length).sort((a, b) => a.width - b.width || a.behind!.length - b.behind!.length);
    const room: Room = this.rooms.pop() ?? new Map<string, Float32Array>();
    for (const group of batches(tailed, most, ({ width, behind }) => `${width} ${behind!.length}`)) {
      signal?.throwIfAborted();
      const rows = [...new Set(group.map(({ row }) => row))];
      const pasts = await this.pasts(set, rows, group[0]!.width);
      const past = stack(
        group.map(({ row }) => pasts[rows.indexOf(row)]!),
        room,
      );
      answered(group, await this.behindTexts(group, past));
    }
    this.rooms.push(room);
    return results;
  }

  private behindTexts(pairs: readonly { readonly behind: readonly number[] | undefined }[], past: KvCache): Promise<Float32Array> {
    const tails = pairs.map(({ behind }) => behind!);
    this.layout.refuseLonger(past.width + tails[0]!.length);
    return this.graphs.answer(tails, past);
  }

  private whole(pairs: readonly Pick<Pair, 'row' | 'ids'>[], width: number): Promise<Float32Array> {
    const all = pairs.map(({ row, ids }) => row.whole(ids));
    const longest = Math.max(...all.map((ids) => ids.length), width, 1);
    this.layout.refuseLonger(longest);
    return this.graphs.answer(all, undefined, longest);
  }

  /** Tokens that a text is padded to: where texts of different lengths may be read together, and the context has room for it. */
  private width({ before, room }: PrefixedText): number {
    if (this.batching !== 'any') return before.length;
    return Math.max(before.length, Math.min(Math.ceil(before.length / STEP) * STEP, room));
  }

  /** KV caches of texts of one width; reads those that are not kept. */
  private async pasts(set: PrefixRows, rows: readonly PrefixedText[], width: number): Promise<KvCache[]> {
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

/** Rows that begin as their text does may be read together; any other is read alone, since its length is its own. */
function apart({ behind }: Pick<Pair, 'behind'>): unknown {
  return behind ? 'together' : Symbol();
}
