import type { Tensor } from 'onnxruntime-node';
import { ModelError } from '../../modelError';
import type { ModelFolder, ModelGraph } from '../modelFolder';
import { integers, openSession, values, type Compute, type Session } from '../session';
import type { Batching } from './cachedGraphs';
import { split, stack, type KvCache } from './kvCache';
import { LABEL_LOGITS, POSITIONS, scoringGraph } from './scoring';

/** What a model says after each of some rows. */
export interface Said {
  /** Of every word, at the last token of each row, [B, V]. */
  readonly logits: Float32Array;
  /** Undefined if the graphs have no KV cache. */
  readonly cache: KvCache | undefined;
}

/** The graphs of a causal model that generate texts token by token, with a KV cache where there is one. */
export class StepGraphs {
  private constructor(
    private readonly whole: Opened,
    private readonly withPast: Opened | undefined,
    /** Which texts may share a run. */
    readonly batching: Batching,
  ) {}

  /** @throws ModelError */
  static async open(model: ModelFolder, compute: Compute): Promise<StepGraphs> {
    if (model.kind !== 'causal') throw new ModelError('model.cannotGenerate', { model: model.reference });
    const { whole, withPast } = model;
    const first = withPast && whole.file.presentOutputs(withPast.file.pastInputs);
    const next = withPast?.file.presentOutputs(withPast.file.pastInputs);
    const cached = first && next ? { first, next, withPast } : undefined;
    const reads = await open(model, whole, cached?.first, compute);
    const continues = cached && (withPast === whole ? reads : await open(model, cached.withPast, cached.next, compute));
    // One scale for all tokens of a run: a text must not depend on the texts beside it.
    const alone = whole.file.batchDependent;
    if (continues)
      for (const batching of alone ? (['none'] as const) : (['any', 'of one length', 'none'] as const)) {
        const graphs = new StepGraphs(reads, continues, batching);
        if (alone || (await graphs.agrees(model))) return graphs;
      }
    if (continues && continues !== reads) await continues.session.release();
    return new StepGraphs(reads, undefined, alone ? 'none' : 'any');
  }

  get cached(): boolean {
    return this.withPast !== undefined;
  }

  /** Reads texts padded to `width`, or continues from a KV cache. */
  async read(rows: readonly (readonly number[])[], past?: KvCache, width = Math.max(...rows.map((row) => row.length))): Promise<Said> {
    const { session, feeder, present } = past ? this.withPast! : this.whole;
    const positions = integers(
      rows.map((row, i) => i * width + row.length - 1),
      [rows.length],
    );
    const output = await session.run({ ...feeder.feeds(rows, past, width), [POSITIONS]: positions });
    const tensors = Object.fromEntries([...(present ?? [])].map(([input, name]) => [input, output[name] as Tensor]));
    const cache: KvCache = past
      ? { ...past, tensors, width: past.width + 1, behind: (past.behind ?? 0) + 1 }
      : { tensors, width, lengths: rows.map((row) => row.length) };
    return { logits: values(output[LABEL_LOGITS]), cache: this.withPast && cache };
  }

  /** Tries on short texts whether tokens that follow one by one get the logits that whole rows get. */
  private async agrees({ tokenizer, context, whole }: ModelFolder): Promise<boolean> {
    const ids = [...tokenizer.prefix, ...tokenizer.encode('The first of two short texts that are read, one after the other.')];
    if (ids.length < 10 || context < 10) return false;
    const pads = this.batching === 'any';
    if (pads && !(this.whole.feeder.pads && this.withPast!.feeder.pads)) return false;
    const texts = this.batching === 'none' ? [ids.slice(0, 5)] : [ids.slice(0, 5), pads ? ids.slice(7, 10) : ids.slice(2, 7)];
    const tolerance = whole.file.halfPrecision ? 2e-2 : 1e-3;
    try {
      let { cache } = await this.read(texts, undefined, pads ? 6 : 5);
      for (const step of [1, 2]) {
        // Taken apart and put together again, as when texts end.
        const said = await this.read(
          texts.map(() => [ids[4 + step]!]),
          stack(split(cache!)),
        );
        cache = said.cache;
        const rows = texts.map((text) => [...text, ...ids.slice(5, 5 + step)]);
        const alone: number[] = [];
        for (const row of rows) alone.push(...(await this.read([row])).logits);
        const size = alone.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
        if (!alone.every((x, i) => Math.abs(x - said.logits[i]!) <= tolerance * size)) return false;
      }
      return true;
    } catch (error) {
      if (error instanceof ModelError) return false;
      throw error;
    }
  }

  async release(): Promise<void> {
    await this.whole.session.release();
    if (this.withPast && this.withPast.session !== this.whole.session) await this.withPast.session.release();
  }
}

interface Opened {
  readonly session: Session;
  readonly feeder: ModelGraph['feeder'];
  /** Outputs that hold the KV cache, by the input that takes them. */
  readonly present: ReadonlyMap<string, string> | undefined;
}

async function open(
  model: ModelFolder,
  { file, feeder }: ModelGraph,
  present: ReadonlyMap<string, string> | undefined,
  compute: Compute,
): Promise<Opened> {
  const { bytes } = scoringGraph(await file.load(), model.logits, 'all', [...(present?.values() ?? [])]);
  return { session: await openSession(bytes, compute, { reference: model.reference, folder: file.weightsFolder }), feeder, present };
}
