import { logSumExp } from '../logits';
import { ModelError } from '../modelError';
import { LABEL_LOGITS, POSITIONS, scoringGraph } from './graphs/scoring';
import type { ModelFolder } from './modelFolder';
import { integers, openSession, values, type Compute, type Session } from './session';

/** Positions whose logits one run returns: with 128,000 words, 64 MB. */
const AT_ONCE = 128;

/** How surprising whole texts are to a causal model. */
export class Perplexity {
  private constructor(
    private readonly model: ModelFolder,
    private readonly session: Session,
  ) {}

  /** @throws ModelError */
  static async open(model: ModelFolder, compute: Compute): Promise<Perplexity> {
    if (model.kind !== 'causal') throw new ModelError('model.cannotGenerate', { model: model.reference });
    const { file } = model.whole;
    const { bytes } = scoringGraph(await file.load(), model.logits, 'all', []);
    return new Perplexity(model, await openSession(bytes, compute, { reference: model.reference, folder: file.weightsFolder }));
  }

  /**
   * Perplexity of each text, exp of its tokens' mean negative log-likelihood; of a long text, of the part that fits into the
   * context. A model without a start token gives no likelihood to the first token. Infinity where nothing is left to score.
   */
  async of(texts: readonly string[], signal?: AbortSignal): Promise<number[]> {
    const { tokenizer, context } = this.model;
    const start = tokenizer.prefix;
    const rows = texts.map((text) => [...start, ...tokenizer.encode(text)].slice(0, context));
    const found: number[] = [];
    for (const row of rows) {
      signal?.throwIfAborted();
      found.push(await this.ofTokens(row, Math.max(1, start.length)));
    }
    return found;
  }

  /** Texts are read one by one: no score depends on the others, and the logits of all positions are large. */
  private async ofTokens(row: readonly number[], first: number): Promise<number> {
    if (row.length <= first) return Infinity;
    let total = 0;
    for (let at = first; at < row.length; at += AT_ONCE) {
      const positions = row.slice(at, at + AT_ONCE).map((_, i) => at + i - 1);
      const feeds = { ...this.model.whole.feeder.feeds([row]), [POSITIONS]: integers(positions, [positions.length]) };
      const logits = values((await this.session.run(feeds, [LABEL_LOGITS]))[LABEL_LOGITS]);
      const V = logits.length / positions.length;
      positions.forEach((position, i) => {
        const own = logits.subarray(i * V, (i + 1) * V);
        total += logSumExp(own) - own[row[position + 1]!]!;
      });
    }
    return Math.exp(total / (row.length - first));
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
