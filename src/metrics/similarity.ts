import type { AnswerStore } from '../model/server/answerStore';
import { word } from '../wording/wording';
import type { JudgeCalls } from './judge/judgeCalls';
import type { Case, Judgment, MetricRow } from './metric';

/** A text's vector, or why it has none. */
export type Embedded = Float32Array | { readonly problem: string };

/** Turns texts into vectors. */
export type Embedder = (texts: readonly string[], signal: AbortSignal | undefined) => Promise<readonly Embedded[]>;

/** Cosines of outputs to expected texts, of which the largest counts. Each expected text is embedded once; a store keeps the cosines. */
export class Similarity {
  /** Outputs whose cosines were stored. */
  fromStore = 0;
  private readonly known = new Map<string, Float32Array>();

  constructor(
    private readonly embed: Embedder,
    private readonly expected: (row: MetricRow) => readonly string[],
    private readonly store?: AnswerStore,
    /** Of a server: the metric's place in the spec, and the calls of all metrics. */
    private readonly counted?: { readonly place: string; readonly calls: JudgeCalls },
  ) {}

  async score(cases: readonly Case[], signal?: AbortSignal): Promise<Judgment[]> {
    const pairs = cases.map(({ output, row }) =>
      this.expected(row).map((text) => {
        const key = JSON.stringify([output, text]);
        return { output, text, key, kept: this.store?.get(key, 0) };
      }),
    );
    const lacking = pairs.flat().filter(({ kept }) => kept === undefined);
    const vectors = await this.vectors(new Set(lacking.map(({ output }) => output)), new Set(lacking.map(({ text }) => text)), signal);
    const fresh: [key: string, sample: number, cosine: string][] = [];
    const judgments = pairs.map((own): Judgment => {
      if (own.length > 0 && own.every(({ kept }) => kept !== undefined)) this.fromStore++;
      const cosines = own.map(({ output, text, key, kept }): number | string => {
        if (kept !== undefined) return Number(kept);
        const found = cosineOf(vectors(output), vectors(text));
        if (typeof found === 'number') fresh.push([key, 0, String(found)]);
        return found;
      });
      const most = Math.max(...cosines.filter((each) => typeof each === 'number'));
      if (most === -Infinity) return { score: NaN, reason: cosines.map(String)[0] ?? word('metric.noDirection') };
      return { score: Math.min(1, Math.max(0, most)), reason: word('metric.similarity', { name: 'cosine', score: most }) };
    });
    this.store?.keep(fresh);
    return judgments;
  }

  private async vectors(
    outputs: ReadonlySet<string>,
    texts: ReadonlySet<string>,
    signal: AbortSignal | undefined,
  ): Promise<(text: string) => Embedded> {
    const fresh = [...texts].filter((text) => !this.known.has(text));
    const sent = [...outputs].filter(() => !this.counted || this.counted.calls.take(this.counted.place));
    const all = [...new Set([...fresh, ...sent])];
    const embedded = await this.embed(all, signal);
    const found = new Map(all.map((text, i) => [text, embedded[i]!]));
    for (const text of fresh) {
      const vector = found.get(text)!;
      // What failed may not fail again.
      if (!('problem' in vector)) this.known.set(text, vector);
    }
    return (text) =>
      found.get(text) ?? this.known.get(text) ?? { problem: word('metric.judgeCapped', { most: this.counted?.calls.most ?? 0 }) };
  }
}

/** The cosine of two vectors, or why there is none. */
function cosineOf(a: Embedded, b: Embedded): number | string {
  if ('problem' in a) return a.problem;
  if ('problem' in b) return b.problem;
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  const cosine = dot / Math.sqrt(aa * bb);
  return Number.isFinite(cosine) ? cosine : word('metric.noDirection');
}
