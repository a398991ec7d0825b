import type { Spec } from '../../spec/spec';
import type { LmTokenizer } from './tokenizer/tokenizer';
import { layOutTemplate } from './localTask';
import type { ModelFolder } from './modelFolder';
import type { Compute } from './session';
import { WholeRowTaskModel } from './wholeRowTaskModel';

/** Words of large vocabularies: the first merges of a byte-pair tokenizer are the frequent ones. */
const MOST_WORDS = 16_384;

/** What tokenizers leave of "weren't" and the like. */
const CONTRACTED = /^(ai|are|could|did|does|do|had|has|have|is|might|must|need|should|was|were|would)n$/i;

/** The words that can stand at the answer's place as one token, and their logits there. */
export class WordScores {
  private constructor(
    private readonly folder: ModelFolder,
    private readonly template: ReturnType<typeof layOutTemplate>,
    /** Tokens that are whole words, by their text; of very large vocabularies the frequent ones. */
    private readonly whole: ReadonlyMap<string, number>,
  ) {}

  /** @throws TaskError */
  static of(spec: Spec, folder: ModelFolder, policy: LmTokenizer): WordScores {
    const template = layOutTemplate(spec, folder, false, policy);
    const { tokenizer } = folder;
    // Where several tokens read alike, the first one is what the word is encoded as.
    const whole = new Map<string, number>();
    for (const id of tokenizer.wordIds(!template.answer.atStart).slice(0, MOST_WORDS)) {
      const text = tokenizer.decode([id]).trim();
      if (!whole.has(text) && !CONTRACTED.test(text)) whole.set(text, id);
    }
    return new WordScores(folder, template, whole);
  }

  /** The text of each token that is a whole word. */
  get texts(): Map<number, string> {
    return new Map([...this.whole].map(([text, id]) => [id, text]));
  }

  /** The token of a word at the answer's place; undefined if it is more than one, unless `first` is enough. */
  token(word: string, first = false): number | undefined {
    const { tokens, atStart, causal } = this.template.answer;
    const ids = tokens.encode((atStart ? '' : ' ') + word.trim());
    if (tokens.unknownId !== undefined && ids.includes(tokens.unknownId)) return undefined;
    return ids.length === 1 || (first && causal) ? ids[0] : undefined;
  }

  /**
   * Logits [texts, ids] after each text: one pass for each prompt, whatever the number of words. `first` are those of the first
   * prompt, `mean` the mean over all. @throws ModelError
   */
  async logits(
    texts: readonly string[],
    prompts: readonly string[],
    ids: readonly number[],
    compute: Compute,
    {
      signal,
      opened,
    }: { readonly signal?: AbortSignal | undefined; readonly opened?: ((model: WholeRowTaskModel) => void) | undefined } = {},
  ): Promise<{ readonly first: Float32Array; readonly mean: Float32Array }> {
    const { layout, source } = this.template;
    const model = await WholeRowTaskModel.open(this.folder, layout, source, ids, compute);
    opened?.(model);
    try {
      const rows = model.rows(texts);
      const all = texts.map((_, row) => row);
      const [first, ...others] = prompts.map((prompt) => layout.encodePrompt(prompt));
      const none = await model.score([first!], rows, all, signal);
      if (others.length === 0) return { first: none, mean: none };
      const mean = none.map((x) => x / prompts.length);
      for (const prompt of others) {
        const logits = await model.score([prompt], rows, all, signal);
        logits.forEach((x, i) => (mean[i]! += x / prompts.length));
      }
      return { first: none, mean };
    } finally {
      await model.release();
    }
  }
}
