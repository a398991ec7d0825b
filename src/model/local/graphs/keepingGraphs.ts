import type { Tensor } from 'onnxruntime-node';
import { ModelError } from '../../modelError';
import type { ModelFolder, ModelGraph } from '../modelFolder';
import { split, stack, type Past } from './past';
import { LABEL_LOGITS, PLACES, scoringGraph } from './scoring';
import { integers, openSession, values, type Compute, type Session } from '../session';

/** The graphs of a causal model cannot continue from kept keys and values: whole rows have to be read. */
export class NoKeptKeys extends Error {}

/** Which texts may be read together: any, those of one length, or each by itself. */
export type Together = 'any' | 'of one length' | 'none';

/** The graphs of a causal model that read a text once, keep its keys and values, and go on from there. */
export class KeepingGraphs {
  private constructor(
    private readonly whole: Opened,
    private readonly withPast: Opened,
    /** Outputs with keys and values, by the input that takes them. */
    private readonly present: ReadonlyMap<string, string>,
    /** Whether the head is computed for the label words only. */
    readonly narrow: boolean,
  ) {}

  /** @throws NoKeptKeys, ModelError */
  static async open(model: ModelFolder, labelIds: readonly number[], compute: Compute): Promise<KeepingGraphs> {
    const { whole, withPast } = model;
    const present = withPast && whole.file.presentOutputs(withPast.file.pastInputs);
    if (!present) throw new NoKeptKeys(`${model.reference} takes no keys and values of earlier tokens`);
    if (whole.file.batchDependent) throw new NoKeptKeys(`${model.reference} quantises all tokens of a run by one scale`);
    const open = async ({ file, feeder }: ModelGraph, kept: Iterable<string>): Promise<Opened & { narrow: boolean }> => {
      const { bytes, narrow } = scoringGraph(await file.load(), model.logits, labelIds, [...kept]);
      return { session: await openSession(bytes, compute, { reference: model.reference, folder: file.weightsFolder }), feeder, narrow };
    };
    const reads = await open(whole, present.values());
    const goesOn = withPast === whole ? reads : await open(withPast, []);
    return new KeepingGraphs(reads, goesOn, present, reads.narrow && goesOn.narrow);
  }

  /** Reads texts, padded to `width`, and gives each its keys and values. */
  async read(rows: readonly (readonly number[])[], width: number): Promise<Past[]> {
    const { session, feeder } = this.whole;
    const lengths = rows.map((row) => row.length);
    if (width === 0) return split({ tensors: {}, width, lengths });
    const places = integers(new Int32Array(rows.length), [rows.length]);
    const output = await session.run({ ...feeder.feeds(rows, undefined, width), [PLACES]: places }, [...this.present.values()]);
    const tensors = Object.fromEntries([...this.present].map(([input, name]) => [input, output[name] as Tensor]));
    return split({ tensors, width, lengths });
  }

  /** Label logits [B, K] at the last token of each row: of tokens behind what was read, or of whole rows padded to `width`. */
  async answer(
    rows: readonly (readonly number[])[],
    past?: Past,
    width = Math.max(...rows.map((row) => row.length)),
  ): Promise<Float32Array> {
    const { session, feeder } = past ? this.withPast : this.whole;
    const places = integers(
      rows.map((row, i) => i * width + row.length - 1),
      [rows.length],
    );
    const output = await session.run({ ...feeder.feeds(rows, past, width), [PLACES]: places }, [LABEL_LOGITS]);
    return values(output[LABEL_LOGITS]);
  }

  /**
   * Tries on two short texts how far kept keys and values can be trusted: some exports count places by the padded width, or
   * go on from one text at a time only. @throws NoKeptKeys where the scores are not those of whole rows
   */
  async tryOut(model: ModelFolder): Promise<Together> {
    const { tokenizer } = model;
    const ids = [...tokenizer.prefix, ...tokenizer.encode('The first of two short texts that are read, one after the other.')];
    if (ids.length < 10 || model.context < 8) throw new NoKeptKeys(`${model.reference} has no room to try kept keys and values`);
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
        // An export that goes on with one token at a time, say; it may read whole rows well.
        if (error instanceof ModelError) return false;
        throw error;
      }
    };
    if (this.whole.feeder.pads && this.withPast.feeder.pads && (await agrees([long, short], long.length + 1))) return 'any';
    if (await agrees([long, other])) return 'of one length';
    if (await agrees([long])) return 'none';
    throw new NoKeptKeys(`${model.reference} scores otherwise behind kept keys and values than in whole rows`);
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
