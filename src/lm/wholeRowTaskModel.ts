import type { InferenceSession } from 'onnxruntime-node';
import { Layout, type RowLayout } from './layout';
import type { ModelFolder } from './modelFolder';
import { scoringGraphs } from './onnx/head';
import { floats, integers, openSession, values, type Compute } from './session';
import type { RowSet, TaskModel } from './taskModel';

interface LaidOutRows extends RowSet {
  readonly layouts: readonly RowLayout[];
  readonly bare: readonly RowLayout[];
}

const BATCH = 16;

/** Whole rows through the model, in batches of like length, with the head at the answer's position only. */
export class WholeRowTaskModel implements TaskModel {
  private constructor(
    readonly key: string,
    private readonly session: InferenceSession,
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
  ): Promise<WholeRowTaskModel> {
    const session = await openSession(scoringGraphs(model.graph).score, compute);
    return new WholeRowTaskModel(`${model.hash}\n${template}\n${labelIds.join()}`, session, model, layout, labelIds);
  }

  get classes(): number {
    return this.labelIds.length;
  }

  rows(texts: readonly string[]): LaidOutRows {
    const layouts = texts.map((text) => this.layout.row(text, false));
    return { texts, layouts, bare: texts.map((text) => this.layout.row(text, true)), cut: layouts.filter((row) => row.cut > 0).length };
  }

  async score(
    prompts: readonly (readonly number[])[],
    set: LaidOutRows,
    rows: readonly number[],
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const K = this.classes;
    const result = new Float32Array(prompts.length * rows.length * K);
    const jobs = prompts.flatMap((prompt, p) =>
      rows.map((row, r) => {
        const layout = (prompt.length === 0 ? set.bare : set.layouts)[row]!;
        return { at: (p * rows.length + r) * K, ...this.assemble(layout, prompt) };
      }),
    );
    // Rows of like length together: no work on padding. Ties keep their order, so that batches are the same every time.
    jobs.sort((a, b) => a.ids.length - b.ids.length || a.at - b.at);
    for (let start = 0; start < jobs.length; start += BATCH) {
      signal?.throwIfAborted();
      const batch = jobs.slice(start, start + BATCH);
      const logits = await this.run(batch);
      batch.forEach((job, i) => result.set(logits.subarray(i * K, (i + 1) * K), job.at));
    }
    return result;
  }

  private assemble(row: RowLayout, prompt: readonly number[]): { ids: number[]; answer: number } {
    const ids = [...row.before, ...prompt, ...row.after];
    if (!row.mask) return { ids, answer: ids.length - 1 };
    return { ids, answer: row.mask.part === 'before' ? row.mask.index : row.before.length + prompt.length + row.mask.index };
  }

  private async run(batch: readonly { ids: number[]; answer: number }[]): Promise<Float32Array> {
    const width = Math.max(...batch.map((job) => job.ids.length));
    const dims = [batch.length, width];
    const ids = new Array<number>(batch.length * width).fill(this.model.tokenizer.padId);
    const mask = new Array<number>(batch.length * width).fill(0);
    batch.forEach((job, i) =>
      job.ids.forEach((id, j) => {
        ids[i * width + j] = id;
        mask[i * width + j] = 1;
      }),
    );
    const causal = this.model.kind === 'causal';
    const feeds: InferenceSession.FeedsType = {
      input_ids: integers(ids, dims),
      attention_mask: integers(mask, dims),
      positions: integers(
        batch.map((job) => job.answer),
        [batch.length],
      ),
      label_ids: integers(this.labelIds, [this.classes]),
      ...(causal && {
        position_ids: integers(
          batch.flatMap(() => Array.from({ length: width }, (_, j) => j)),
          dims,
        ),
      }),
      ...(causal && emptyPast(this.model, batch.length)),
    };
    const output = await this.session.run(feeds);
    return values(output.label_logits);
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** Past keys and values of length 0. */
export function emptyPast(model: ModelFolder, batch: number): InferenceSession.FeedsType {
  const { layers, heads, headSize } = model.shape;
  return Object.fromEntries(
    pastNames(layers).map((name) => [`past_key_values.${name}`, floats(new Float32Array(0), [batch, heads, 0, headSize])]),
  );
}

/** `0.key`, `0.value`, `1.key`, … */
export function pastNames(layers: number): string[] {
  return Array.from({ length: layers }, (_, n) => [`${n}.key`, `${n}.value`]).flat();
}
