import type { Tensor } from 'onnxruntime-node';
import { ModelError } from '../../modelError';
import type { ModelFolder, ModelGraph } from '../modelFolder';
import { split, stack, type KvCache } from './kvCache';
import { LABEL_LOGITS, POSITIONS, scoringGraph, type ScoringGraph } from './scoring';
import type { Model } from './schema';
import { integers, openSession, values, type Compute, type Session } from '../session';

/** The graphs of a causal model cannot continue from a KV cache: the model has to read whole rows. */
export class NoKvCache extends Error {}

/** Which texts may share a batch: any, those of one length, or none. */
export type Batching = 'any' | 'of one length' | 'none';

/** What the graphs give at the last token of each row. */
export interface Answers {
  readonly output: string;
  /** The model's graph, edited to give it at `positions`, with some other outputs kept. */
  graph(model: Model, logits: string, kept: readonly string[]): ScoringGraph;
}

export function labelLogits(labelIds: readonly number[]): Answers {
  return { output: LABEL_LOGITS, graph: (model, logits, kept) => scoringGraph(model, logits, labelIds, kept) };
}

/** The graphs of a causal model that reads a text once, keeps its KV cache, and continues from there. */
export class CachedGraphs {
  private constructor(
    private readonly whole: Opened,
    private readonly withPast: Opened,
    /** Outputs that hold the KV cache, by the input that takes them. */
    private readonly present: ReadonlyMap<string, string>,
    private readonly output: string,
    /** Whether the head is computed for the label words only. */
    readonly narrow: boolean,
  ) {}

  /** @throws NoKvCache, ModelError */
  static async open(model: ModelFolder, answers: Answers, compute: Compute): Promise<CachedGraphs> {
    const { whole, withPast } = model;
    const present = withPast && whole.file.presentOutputs(withPast.file.pastInputs);
    if (!present) throw new NoKvCache(`${model.reference} takes no KV cache`);
    if (whole.file.batchDependent) throw new NoKvCache(`${model.reference} quantizes all tokens of a run by one scale`);
    const open = async ({ file, feeder }: ModelGraph, kept: Iterable<string>): Promise<Opened & { narrow: boolean }> => {
      const { bytes, narrow } = answers.graph(await file.load(), model.logits, [...kept]);
      return { session: await openSession(bytes, compute, { reference: model.reference, folder: file.weightsFolder }), feeder, narrow };
    };
    const reads = await open(whole, present.values());
    const continues = withPast === whole ? reads : await open(withPast, []);
    return new CachedGraphs(reads, continues, present, answers.output, reads.narrow && continues.narrow);
  }

  /** Reads texts, padded to `width`, and returns the KV cache of each. */
  async read(rows: readonly (readonly number[])[], width: number): Promise<KvCache[]> {
    const { session, feeder } = this.whole;
    const lengths = rows.map((row) => row.length);
    if (width === 0) return split({ tensors: {}, width, lengths });
    const positions = integers(new Int32Array(rows.length), [rows.length]);
    const output = await session.run({ ...feeder.feeds(rows, undefined, width), [POSITIONS]: positions }, [...this.present.values()]);
    const tensors = Object.fromEntries([...this.present].map(([input, name]) => [input, output[name] as Tensor]));
    return split({ tensors, width, lengths });
  }

  /** Answers, [B, …], at the last token of each row: of tokens after a KV cache, or of whole rows padded to `width`. */
  async answer(
    rows: readonly (readonly number[])[],
    past?: KvCache,
    width = Math.max(...rows.map((row) => row.length)),
  ): Promise<Float32Array> {
    const { session, feeder } = past ? this.withPast : this.whole;
    const positions = integers(
      rows.map((row, i) => i * width + row.length - 1),
      [rows.length],
    );
    const output = await session.run({ ...feeder.feeds(rows, past, width), [POSITIONS]: positions }, [this.output]);
    return values(output[this.output]);
  }

  /**
   * Tries on two short texts how far the KV cache can be trusted: some exports count positions by the padded width, or
   * continue from one text at a time only. @throws NoKvCache where the scores are not those of whole rows
   */
  async tryOut(model: ModelFolder): Promise<Batching> {
    const { tokenizer } = model;
    const ids = [...tokenizer.prefix, ...tokenizer.encode('The first of two short texts that are read, one after the other.')];
    if (ids.length < 10 || model.context < 8) throw new NoKvCache(`${model.reference} has no room to try the KV cache`);
    const [long, other, short, tail] = [ids.slice(0, 5), ids.slice(2, 7), ids.slice(7, 10), ids.slice(5, 8)];
    const tolerance = model.whole.file.halfPrecision ? 2e-2 : 1e-3;
    const agrees = async (texts: readonly number[][], width = texts[0]!.length): Promise<boolean> => {
      try {
        const kept = await this.answer(
          texts.map(() => tail),
          stack(await this.read(texts, width)),
        );
        const whole = (await Promise.all(texts.map((text) => this.answer([[...text, ...tail]])))).flatMap((row) => [...row]);
        const size = whole.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
        return whole.every((x, i) => Math.abs(x - kept[i]!) <= tolerance * size);
      } catch (error) {
        // An export that continues by one token at a time, for example; it may read whole rows well.
        if (error instanceof ModelError) return false;
        throw error;
      }
    };
    if (this.whole.feeder.pads && this.withPast.feeder.pads && (await agrees([long, short], long.length + 1))) return 'any';
    if (await agrees([long, other])) return 'of one length';
    if (await agrees([long])) return 'none';
    throw new NoKvCache(`${model.reference} scores a cached text differently from a whole row`);
  }

  async release(): Promise<void> {
    await this.whole.session.release();
    if (this.withPast.session !== this.whole.session) await this.withPast.session.release();
  }
}

interface Opened {
  readonly session: Session;
  readonly feeder: ModelGraph['feeder'];
}
