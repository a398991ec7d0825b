import { LmTokenizer } from '../../../../src/model/local/tokenizer/tokenizer';

/** GPT-2's names of the 256 bytes: printable ones stand for themselves, the others for letters from U+0100 on. */
function byteNames(): string[] {
  let next = 256;
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  return Array.from({ length: 256 }, (_, b) => String.fromCharCode(printable(b) ? b : next++));
}

const SPECIAL = ['<s>', '<pad>', '</s>', '<mask>'];

export interface SmallTokenizer {
  readonly tokenizer: LmTokenizer;
  /** Ids of tokens by name; `Ġ` is the space that a token begins with. */
  ids(...tokens: string[]): number[];
  names(ids: readonly number[]): string[];
}

/**
 * A byte-level BPE tokenizer, in the style of GPT-2 (`framed` false) or RoBERTa (true: `<s> … </s>`), that knows these
 * words as tokens. A word is merged from its start, so its beginnings are tokens too.
 */
export function smallTokenizer(framed: boolean, words: readonly string[]): SmallTokenizer {
  const vocab = new Map([...SPECIAL, ...byteNames()].map((token, id) => [token, id]));
  const merges: [string, string][] = [];
  for (const word of words) {
    for (let end = 2; end <= word.length; end++) {
      const whole = word.slice(0, end);
      if (vocab.has(whole)) continue;
      merges.push([word.slice(0, end - 1), word[end - 1]!]);
      vocab.set(whole, vocab.size);
    }
  }
  const definition = {
    version: '1.0',
    added_tokens: SPECIAL.map((content, id) => ({ id, content, special: true, lstrip: content === '<mask>', normalized: false })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: framed
      ? { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: false }
      : null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', vocab: Object.fromEntries(vocab), merges },
  };
  const config = { bos_token: '<s>', eos_token: '</s>', pad_token: '<pad>', mask_token: framed ? '<mask>' : null };
  const byId = [...vocab.keys()];
  return {
    tokenizer: new LmTokenizer(definition, { ...config, clean_up_tokenization_spaces: false }),
    ids: (...tokens) => tokens.map((token) => vocab.get(token)!),
    names: (ids) => ids.map((id) => byId[id]!),
  };
}
