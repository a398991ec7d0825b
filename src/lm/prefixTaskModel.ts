import type { InferenceSession } from 'onnxruntime-node';
import { Layout, type RowLayout } from './layout';
import type { ModelFolder } from './modelFolder';
import { scoringGraphs } from './onnx/head';
import { integers, openSession, values, type Compute } from './session';
import type { RowSet, TaskModel } from './taskModel';
import { emptyPast, pastNames } from './wholeRowTaskModel';

/** Rows of like length, whose texts are read together. */
interface Group {
  /** Indices into the row set. */
  readonly rows: readonly number[];
  readonly width: number;
}

interface PrefixRows extends RowSet {
  readonly layouts: readonly RowLayout[];
  readonly groups: readonly Group[];
  /** Keys and values of each group that was read, newest last. */
  readonly read: Map<number, InferenceSession.FeedsType>;
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
    private readonly reader: InferenceSession,
    private readonly scorer: InferenceSession,
    private readonly model: ModelFolder,
    private readonly layout: Layout,
    private readonly labelIds: readonly number[],
  ) {}

  static async open(
    model: ModelFolder,
    layout: Layout,
    template: string,
    labelIds: readonly number[],
    compute: Compute,
  ): Promise<PrefixTaskModel> {
    const graphs = scoringGraphs(model.graph);
    const [reader, scorer] = await Promise.all([openSession(graphs.read, compute), openSession(graphs.score, compute)]);
    return new PrefixTaskModel(`${model.hash}\n${template}\n${labelIds.join()}`, reader, scorer, model, layout, labelIds);
  }

  get classes(): number {
    return this.labelIds.length;
  }

  rows(texts: readonly string[]): PrefixRows {
    const layouts = texts.map((text) => this.layout.row(text, false));
    const order = layouts.map((_, i) => i).sort((a, b) => layouts[a]!.before.length - layouts[b]!.before.length || a - b);
    const groups: Group[] = [];
    for (let start = 0; start < order.length; start += GROUP) {
      const rows = order.slice(start, start + GROUP);
      groups.push({ rows, width: layouts[rows.at(-1)!]!.before.length });
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
      const lanes = group.rows.map((row, lane) => ({ row, lane, r: wanted.get(row) })).filter(({ r }) => r !== undefined);
      if (lanes.length === 0) continue;
      const past = await this.past(set, g);
      for (const [p, prompt] of prompts.entries()) {
        signal?.throwIfAborted();
        // The whole group is scored even when fewer rows are asked: a score never depends on what stood beside it.
        const logits = await this.run(set, group, past, prompt);
        for (const { lane, r } of lanes) result.set(logits.subarray(lane * K, (lane + 1) * K), (p * rows.length + r!) * K);
      }
    }
    return result;
  }

  /** Reads the texts of a group, or finds that they are read. */
  private async past(set: PrefixRows, g: number): Promise<InferenceSession.FeedsType> {
    const known = set.read.get(g);
    if (known) return known;
    const group = set.groups[g]!;
    const output = await this.reader.run(this.texts(set, group));
    const { layers, heads, headSize } = this.model.shape;
    const names = pastNames(layers);
    const past: InferenceSession.FeedsType = Object.fromEntries(
      names.map((name) => [`past_key_values.${name}`, output[`present.${name}`]!]),
    );
    const bytes = names.length * group.rows.length * group.width * heads * headSize * 4;
    if (this.keptBytes + bytes <= PrefixTaskModel.KEPT_BYTES) {
      set.read.set(g, past);
      this.keptBytes += bytes;
    }
    return past;
  }

  /** The texts of a group as a padded batch on an empty past. */
  private texts(set: PrefixRows, group: Group): InferenceSession.FeedsType {
    const dims = [group.rows.length, group.width];
    const rows = group.rows.map((row) => set.layouts[row]!.before);
    const places = Array.from({ length: group.width }, (_, j) => j);
    return {
      input_ids: integers(
        rows.flatMap((ids) => places.map((j) => ids[j] ?? this.model.tokenizer.padId)),
        dims,
      ),
      attention_mask: integers(
        rows.flatMap((ids) => places.map((j) => (j < ids.length ? 1 : 0))),
        dims,
      ),
      position_ids: integers(
        rows.flatMap(() => places),
        dims,
      ),
      ...emptyPast(this.model, rows.length),
    };
  }

  /** Label logits [rows, K] behind a prompt, which runs on the kept keys and values of the texts. */
  private async run(set: PrefixRows, group: Group, past: InferenceSession.FeedsType, prompt: readonly number[]): Promise<Float32Array> {
    const rows = group.rows.map((row) => set.layouts[row]!);
    const tail = [...prompt, ...rows[0]!.after];
    const answer = (places: number[]): InferenceSession.FeedsType => ({
      positions: integers(places, [rows.length]),
      label_ids: integers(this.labelIds, [this.classes]),
    });
    if (tail.length === 0) {
      // The empty prompt: the answer follows the text itself.
      const output = await this.scorer.run({ ...this.texts(set, group), ...answer(rows.map((row) => row.before.length - 1)) });
      return values(output.label_logits);
    }
    const dims = [rows.length, tail.length];
    const seen = Array.from({ length: group.width + tail.length }, (_, j) => j);
    const output = await this.scorer.run({
      ...past,
      input_ids: integers(
        rows.flatMap(() => tail),
        dims,
      ),
      attention_mask: integers(
        rows.flatMap((row) => seen.map((j) => (j < row.before.length || j >= group.width ? 1 : 0))),
        [rows.length, seen.length],
      ),
      position_ids: integers(
        rows.flatMap((row) => tail.map((_, j) => row.before.length + j)),
        dims,
      ),
      ...answer(rows.map(() => tail.length - 1)),
    });
    return values(output.label_logits);
  }

  async release(): Promise<void> {
    await Promise.all([this.reader.release(), this.scorer.release()]);
  }
}
