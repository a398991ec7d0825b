import type { Past } from './graphs/feeds';
import { KeepingGraphs, sizeOf, type Together } from './graphs/keepingGraphs';
import type { Layout, RowLayout } from './layout';
import type { ModelFolder } from './modelFolder';
import type { Compute } from './session';
import type { RowSet, TaskModel } from '../taskModel';

/** Indices into the row set of rows whose texts are read together. */
type Group = readonly number[];

interface PrefixRows extends RowSet {
  readonly layouts: readonly RowLayout[];
  readonly groups: readonly Group[];
  /** Keys and values of each group that was read, newest last. */
  readonly read: Map<number, Past>;
}

const GROUP = 16;

/**
 * A causal task model whose template puts the input before the prompt: each text is read once, its keys and values are
 * kept, and a prompt costs its own tokens only.
 */
export class PrefixTaskModel implements TaskModel {
  /** Bytes of keys and values that may be kept, over all row sets. */
  static readonly KEPT_BYTES = 160e6;
  private keptBytes = 0;

  private constructor(
    readonly key: string,
    private readonly graphs: KeepingGraphs,
    private readonly layout: Layout,
    readonly classes: number,
    private readonly together: Together,
  ) {}

  /** @throws NoKeptKeys where the model has to read whole rows; ModelError */
  static async open(
    model: ModelFolder,
    layout: Layout,
    template: string,
    labelIds: readonly number[],
    compute: Compute,
  ): Promise<PrefixTaskModel> {
    const graphs = await KeepingGraphs.open(model, labelIds, compute);
    try {
      const together = await graphs.tryOut(model);
      return new PrefixTaskModel(`${model.hash}\n${template}\n${labelIds.join()}`, graphs, layout, labelIds.length, together);
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
    const length = (row: number) => layouts[row]!.before.length;
    const order = layouts.map((_, i) => i).sort((a, b) => length(a) - length(b) || a - b);
    const groups: number[][] = [];
    for (const row of order) {
      const last = groups.at(-1);
      const fits = last && last.length < GROUP && (this.together === 'any' || length(last[0]!) === length(row));
      if (fits && this.together !== 'none') last.push(row);
      else groups.push([row]);
    }
    return { texts, layouts, groups, read: new Map(), cut: layouts.filter((row) => row.cut > 0).length };
  }

  async score(
    prompts: readonly (readonly number[])[],
    set: PrefixRows,
    rows: readonly number[],
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const K = this.classes;
    const result = new Float32Array(prompts.length * rows.length * K);
    const wanted = new Map(rows.map((row, r) => [row, r]));
    // Groups outside, prompts inside: a text that was not kept is read once a call.
    for (const [g, group] of set.groups.entries()) {
      const lanes = group.map((row, lane) => ({ row, lane, r: wanted.get(row) })).filter(({ r }) => r !== undefined);
      if (lanes.length === 0) continue;
      const past = await this.past(set, g);
      const { after } = set.layouts[group[0]!]!;
      const longest = Math.max(...group.map((row) => set.layouts[row]!.before.length));
      for (const [p, prompt] of prompts.entries()) {
        signal?.throwIfAborted();
        // The whole group is scored even when fewer rows are asked: a score never depends on what stood beside it.
        const tail = [...prompt, ...after];
        this.layout.refuseLonger(longest + tail.length);
        const logits =
          tail.length > 0
            ? await this.graphs.answer(
                group.map(() => tail),
                past,
              )
            : // The empty prompt: the answer follows the text itself.
              await this.graphs.answer(group.map((row) => this.layout.filled(set.layouts[row]!.before)));
        for (const { lane, r } of lanes) result.set(logits.subarray(lane * K, (lane + 1) * K), (p * rows.length + r!) * K);
      }
    }
    return result;
  }

  /** Reads the texts of a group, or finds that they are read. */
  private async past(set: PrefixRows, g: number): Promise<Past> {
    const known = set.read.get(g);
    if (known) return known;
    const past = await this.graphs.read(set.groups[g]!.map((row) => set.layouts[row]!.before));
    const bytes = sizeOf(past);
    if (this.keptBytes + bytes <= PrefixTaskModel.KEPT_BYTES) {
      set.read.set(g, past);
      this.keptBytes += bytes;
    }
    return past;
  }

  release(): Promise<void> {
    return this.graphs.release();
  }
}
