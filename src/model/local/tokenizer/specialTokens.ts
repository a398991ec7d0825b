/** The special tokens that prompt search needs, by purpose. */
interface SpecialTokens {
  readonly mask: number | undefined;
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly padding: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** What each is called if no file says so: BERT's names, then RoBERTa's, then GPT-2's. */
const USUAL = {
  mask: ['[MASK]', '<mask>'],
  start: ['<s>', '<|endoftext|>', '<bos>', '<|begin_of_text|>'],
  end: ['</s>', '<|endoftext|>', '<eos>', '<|end_of_text|>'],
  padding: ['[PAD]', '<pad>'],
};

/**
 * Finds special tokens: `tokenizer_config.json` and `special_tokens_map.json` name them, `config.json` gives ids; old model
 * folders have neither, since their tokenizer's class knew the names, so the usual names apply.
 */
export function findSpecialTokens(
  idOf: (token: string) => number | undefined,
  tokenizerConfig: Json,
  tokenMap: Json,
  modelConfig: Json,
): SpecialTokens {
  const find = (key: string, usual: readonly string[]): number | undefined => {
    for (const file of [tokenizerConfig, tokenMap]) {
      const value = file[`${key}_token`] as string | { content?: string } | null | undefined;
      const content = typeof value === 'object' ? value?.content : value;
      const id = content === undefined ? undefined : idOf(content);
      if (id !== undefined) return id;
      // Explicitly null: the model has none.
      if (value === null) return undefined;
    }
    const id = modelConfig[`${key}_token_id`];
    if (typeof id === 'number') return id;
    return usual.map(idOf).find((known) => known !== undefined);
  };
  return {
    mask: find('mask', USUAL.mask),
    start: find('bos', USUAL.start),
    end: find('eos', USUAL.end),
    padding: find('pad', USUAL.padding),
  };
}
