import type { Tensor } from 'onnxruntime-node';
import { ModelError } from '../../modelError';
import type { ModelFolder, ModelGraph } from '../modelFolder';
import { integers, openSession, values, type Compute, type Session } from '../session';
import type { Batching } from './cachedGraphs';
import { split, stack, type KvCache } from './kvCache';
import { OutputBuffers } from './outputBuffers';
import { LABEL_LOGITS, POSITIONS, scoringGraph } from './scoring';

/** What a model says after each of some rows. */
interface Said {
  /** Of every word, at the last token of each row, [B, V]. */
  readonly logits: Float32Array;
  /** Undefined if the graphs have no KV cache. */
  readonly cache: KvCache | undefined;
}

/** The graphs of a causal model that generate texts token by token, with a KV cache where there is one. */
export class StepGraphs {
  /** Words of the vocabulary, as the graph has them. */
  private words = 0;

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

  /** Reads whole texts, padded to `width`. */
  async read(rows: readonly (readonly number[])[], width = Math.max(...rows.map((row) => row.length))): Promise<Said> {
    const { session, feeder, present } = this.whole;
    const output = await session.run({ ...feeder.feeds(rows, undefined, width), [POSITIONS]: lastOf(rows, width) });
    const cache = { tensors: pasts(present, output), width, lengths: rows.map((row) => row.length) };
    this.words = (output[LABEL_LOGITS] as Tensor).dims[1]!;
    return { logits: values(output[LABEL_LOGITS]), cache: this.withPast && cache };
  }

  /** Reads one more token of each text. @param buffers hold what is said until the next token but one */
  async next(tokens: readonly number[], past: KvCache, buffers: OutputBuffers): Promise<Said> {
    const { session, feeder, present } = this.withPast!;
    const rows = tokens.map((token) => [token]);
    const longer = present && buffers.longer(past.tensors, past.width, present);
    const logits = longer && buffers.tensor(LABEL_LOGITS, 'float32', Float32Array, [rows.length, this.words]);
    const feeds = { ...feeder.feeds(rows, past, 1), [POSITIONS]: lastOf(rows, 1) };
    const output = await session.run(feeds, logits && { ...longer, [LABEL_LOGITS]: logits });
    const cache = { ...past, tensors: pasts(present, output), width: past.width + 1, behind: (past.behind ?? 0) + 1 };
    return { logits: values(output[LABEL_LOGITS]), cache };
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
      let { cache } = await this.read(texts, pads ? 6 : 5);
      const buffers = new OutputBuffers();
      for (const step of [1, 2]) {
        // Taken apart and put together again, as when texts end.
        const said = await this.next(
          texts.map(() => ids[4 + step]!),
          stack(split(cache!)),
          buffers,
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

/** Index of each row's last token in the flattened batch. */
function lastOf(rows: readonly (readonly number[])[], width: number): Tensor {
  return integers(
    rows.map((row, i) => i * width + row.length - 1),
    [rows.length],
  );
}

function pasts(present: Opened['present'], output: Awaited<ReturnType<Session['run']>>): KvCache['tensors'] {
  return Object.fromEntries([...(present ?? [])].map(([input, name]) => [input, output[name] as Tensor]));
}
