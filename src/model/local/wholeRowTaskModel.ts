import { batches } from './batches';
import type { FilledRow, LaidOutText, TaskLayout } from './layout';
import type { ModelFolder } from './modelFolder';
import { LABEL_LOGITS, POSITIONS, scoringGraph } from './graphs/scoring';
import { integers, openSession, values, type Compute, type Session } from './session';
import type { RowSet, TaskModel } from '../taskModel';

interface LaidOutRows extends RowSet {
  readonly laidOut: readonly LaidOutText[];
}

const BATCH = 16;

/** Runs whole rows through the model, in batches of similar length, with the head at the answer's position only. */
export class WholeRowTaskModel implements TaskModel {
  answered = 0;

  private constructor(
    readonly key: string,
    private readonly session: Session,
    private readonly model: ModelFolder,
    private readonly layout: TaskLayout,
    private readonly labelIds: readonly number[],
    /** Whether the head is computed for the label words only. */
    readonly narrow: boolean,
  ) {}

  /** @throws ModelError */
  static async open(
    model: ModelFolder,
    layout: TaskLayout,
    template: string,
    labelIds: readonly number[],
    compute: Compute,
  ): Promise<WholeRowTaskModel> {
    const { file } = model.whole;
    const { bytes, narrow } = scoringGraph(await file.load(), model.logits, labelIds, []);
    const session = await openSession(bytes, compute, { reference: model.reference, folder: file.weightsFolder });
    return new WholeRowTaskModel(`${model.hash}\n${template}\n${labelIds.join()}`, session, model, layout, labelIds, narrow);
  }

  get classes(): number {
    return this.labelIds.length;
  }

  rows(texts: readonly string[]): LaidOutRows {
    const laidOut = texts.map((text) => this.layout.text(text));
    return { texts, laidOut, cut: laidOut.filter(({ cut }) => cut > 0).length };
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
      rows.map((row, r) => ({ at: (p * rows.length + r) * K, ...set.laidOut[row]!.with(prompt) })),
    );
    for (const { ids } of jobs) this.layout.refuseLonger(ids.length);
    // Rows of similar length share a batch, to waste little on padding. Ties keep their order, so that batches are the same every time.
    jobs.sort((a, b) => a.ids.length - b.ids.length || a.at - b.at);
    // One by one if activations are quantized by the batch, of one length if the graph would read padding.
    const { file, feeder } = this.model.whole;
    const mixed = feeder.pads || this.model.kind === 'causal';
    for (const batch of batches(jobs, file.batchDependent ? 1 : BATCH, ({ ids }) => mixed || ids.length)) {
      signal?.throwIfAborted();
      const logits = await this.run(batch);
      batch.forEach((job, i) => result.set(logits.subarray(i * K, (i + 1) * K), job.at));
      this.answered += batch.length;
    }
    return result;
  }

  private async run(batch: readonly FilledRow[]): Promise<Float32Array> {
    const rows = batch.map((job) => job.ids);
    const width = Math.max(...rows.map((ids) => ids.length));
    const positions = batch.map((job, i) => i * width + job.answer);
    const output = await this.session.run({ ...this.model.whole.feeder.feeds(rows), [POSITIONS]: integers(positions, [positions.length]) });
    return values(output[LABEL_LOGITS]);
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
