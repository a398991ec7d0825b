import { batches } from './batches';
import { split, stack, type KvCache } from './graphs/kvCache';
import { OutputBuffers } from './graphs/outputBuffers';
import { StepGraphs } from './graphs/stepGraphs';
import type { LaidOutText, TaskLayout } from './layout';
import type { ModelFolder } from './modelFolder';
import { drawToken, likeliest, stream } from './nextToken';
import type { Compute } from './session';
import { asGenerated, cutAt } from '../generated';
import type { GenerationSettings, Generator, Order } from '../generator';
import type { RowSet } from '../taskModel';

interface Rows extends RowSet {
  readonly layouts: readonly LaidOutText[];
}

/** One text that grows. */
interface Lane {
  /** What it continues. */
  readonly start: readonly number[];
  readonly random: () => number;
  readonly written: number[];
  readonly done: (text: string) => void;
}

/** Texts that grow in one run of the model. */
const LANES = 32;
/** Beginnings are padded to a multiple of this, by their own length alone, so that a text does not depend on the batch. */
const STEP = 8;

/** Generates texts in ONNX Runtime: many at a time, each beginning read once for all its samples. */
export class LocalGenerator implements Generator {
  readonly key: string;

  private constructor(
    private readonly model: ModelFolder,
    private readonly graphs: StepGraphs,
    private readonly layout: TaskLayout,
    template: string,
    private readonly settings: GenerationSettings,
    private readonly lanes: number,
  ) {
    this.key = `${model.hash}\n${template}\n${JSON.stringify(settings)}`;
  }

  /** @param layout with room for the generated tokens beside the prompt. @throws ModelError */
  static async open(
    model: ModelFolder,
    layout: TaskLayout,
    template: string,
    settings: GenerationSettings,
    compute: Compute,
    lanes = LANES,
  ): Promise<LocalGenerator> {
    return new LocalGenerator(model, await StepGraphs.open(model, compute), layout, template, settings, lanes);
  }

  /** Whether texts are continued from a KV cache. */
  get cached(): boolean {
    return this.graphs.cached;
  }

  rows(texts: readonly string[]): Rows {
    const layouts = texts.map((text) => this.layout.text(text));
    return { texts, layouts, cut: layouts.filter(({ cut }) => cut > 0).length };
  }

  async generate(orders: readonly Order[], set: Rows, signal?: AbortSignal): Promise<(string | undefined)[][]> {
    const texts: string[][] = orders.map(() => []);
    const all = orders
      .flatMap(({ ids, row, samples }, o) => {
        const { ids: start } = set.layouts[row]!.with(ids);
        this.layout.refuseLonger(start.length + this.settings.maxTokens);
        const name = (sample: number): string => `${this.settings.seed}\n${ids.join()}\n${sample}\n${set.texts[row]!}`;
        return samples.map((sample, s): Lane => ({
          start,
          random: stream(name(sample)),
          written: [],
          done: (text) => (texts[o]![s] = text),
        }));
      })
      .map((lane) => ({ lane, width: this.width(lane.start.length) }))
      .sort((a, b) => a.width - b.width);
    const most = this.graphs.batching === 'none' ? 1 : this.lanes;
    for (const batch of batches(all, most, ({ width }) => width))
      await this.write(
        batch.map(({ lane }) => lane),
        batch[0]!.width,
        signal,
      );
    return texts;
  }

  /** Tokens that a beginning is padded to: where beginnings of different lengths may be read together, and the context has room. */
  private width(length: number): number {
    if (this.graphs.batching !== 'any') return length;
    return Math.max(length, Math.min(Math.ceil(length / STEP) * STEP, this.model.context - this.settings.maxTokens));
  }

  /** Lets lanes grow until all have ended. */
  private async write(lanes: readonly Lane[], width: number, signal: AbortSignal | undefined): Promise<void> {
    const buffers = new OutputBuffers();
    let live = [...lanes];
    let said = await this.begin(lanes, width);
    for (;;) {
      const V = said.logits.length / said.lanes.length;
      const grown = new Set<Lane>();
      said.lanes.forEach((lane, i) => {
        if (live.includes(lane) && !this.grow(lane, said.logits.subarray(i * V, (i + 1) * V))) grown.add(lane);
      });
      live = live.filter((lane) => grown.has(lane));
      if (live.length === 0) return;
      signal?.throwIfAborted();
      said = await this.next(said, live, width, buffers);
    }
  }

  /** Reads each beginning once, whatever its number of samples. */
  private async begin(lanes: readonly Lane[], width: number): Promise<Round> {
    const starts = [...new Set(lanes.map(({ start }) => start))];
    const { logits, cache } = await this.graphs.read(starts, width);
    const V = logits.length / starts.length;
    const all = new Float32Array(lanes.length * V);
    const from = lanes.map(({ start }) => starts.indexOf(start));
    from.forEach((start, i) => all.set(logits.subarray(start * V, (start + 1) * V), i * V));
    const parts = cache && split(cache);
    return { lanes, logits: all, cache: parts && stack(from.map((start) => parts[start]!)) };
  }

  private async next({ lanes, cache }: Round, live: readonly Lane[], width: number, buffers: OutputBuffers): Promise<Round> {
    if (!cache) return this.reread(live, width);
    // Lanes that have ended stay until they are half of all: taking them out copies the cache.
    const kept = 2 * live.length <= lanes.length ? live : lanes;
    const parts = kept.length < lanes.length ? split(cache) : undefined;
    const past: KvCache = parts ? stack(kept.map((lane) => parts[lanes.indexOf(lane)]!)) : cache;
    const tokens = kept.map(({ written }) => written.at(-1)!);
    return { lanes: kept, ...(await this.graphs.next(tokens, past, buffers)) };
  }

  /** Without a KV cache every token needs the whole text again. */
  private async reread(live: readonly Lane[], width: number): Promise<Round> {
    const rows = live.map(({ start, written }) => [...start, ...written]);
    const room = width + Math.ceil(live[0]!.written.length / STEP) * STEP;
    const { logits } = await this.graphs.read(rows, Math.min(this.model.context, room));
    return { lanes: live, logits, cache: undefined };
  }

  /** Adds a token to a lane; whether the text has ended, which is then told. */
  private grow({ written, random, done }: Lane, logits: Float32Array): boolean {
    const { temperature, topK, maxTokens, stop } = this.settings;
    const token = temperature === 0 ? likeliest(logits) : drawToken(logits, temperature, topK, random);
    const ended = this.model.ends.includes(token);
    if (!ended) written.push(token);
    const text = (): string => this.model.tokenizer.generated(written);
    if (!ended && written.length < maxTokens && cutAt(stop, stop.length > 0 ? text() : '') === undefined) return false;
    done(asGenerated(text(), stop));
    return true;
  }

  release(): Promise<void> {
    return this.graphs.release();
  }
}

/** What the model says after each lane. */
interface Round {
  readonly lanes: readonly Lane[];
  readonly logits: Float32Array;
  readonly cache: KvCache | undefined;
}
