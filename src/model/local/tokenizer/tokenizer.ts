import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { BLOCKED_WORDS } from './blockedWords';
import { ModelError } from '../../modelError';
import { findSpecialTokens } from './specialTokens';
import {
  behindOtherText,
  mergesOf,
  prefixesSections,
  withExactDecoder,
  withoutSpecialTokens,
  type TokenizerDefinition,
} from './tokenizerDefinition';
import { wordStems } from './wordStems';

type Json = Record<string, unknown>;

/**
 * Where a piece of text is: at the start of a text, after other text, or after a mask. Some tokenizers put a space
 * before a text that has none, at the start or behind any special token.
 */
export type Place = 'start' | 'behind' | 'behind mask';

/** A model's tokenizer, as prompt search needs it: what users write is always text, even if it looks like a special token. */
export class LmTokenizer {
  private readonly whole: HubTokenizer;
  /** The same tokenizer without its special tokens, for each place of a text. */
  private readonly plain: Readonly<Record<Place, HubTokenizer>>;
  private readonly special: Set<number>;
  /** Tokens that are only the beginnings of words. */
  private readonly stems: ReadonlySet<string>;
  /** Some word to put before other tokens. */
  private readonly word: { readonly ids: readonly number[]; readonly text: string };
  /** How texts become tokens, for comparing tokenizers. */
  private readonly rules: string;
  /** Special tokens around a whole text, such as `<s>` and `</s>`. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  readonly maskId: number | undefined;
  /** The token for the start of a text in a causal model. */
  readonly startId: number | undefined;
  /** The token for the end of a text. */
  readonly endId: number | undefined;
  readonly padId: number;
  /** The token for text outside the vocabulary; undefined if every text has tokens. */
  readonly unknownId: number | undefined;

  /**
   * @param definition `tokenizer.json`
   * @param config `tokenizer_config.json`
   * @param tokenMap `special_tokens_map.json`, which older folders have
   * @param modelConfig `config.json`, for ids of special tokens that are named nowhere else
   */
  constructor(definition: TokenizerDefinition, config: Json, tokenMap: Json = {}, modelConfig: Json = {}) {
    const exact = withExactDecoder(definition);
    const plain = withoutSpecialTokens(exact);
    const behind = behindOtherText(plain);
    this.whole = new HubTokenizer(exact, config);
    const start = new HubTokenizer(plain, config);
    const between = behind ? new HubTokenizer(behind, config) : start;
    this.plain = { start, behind: between, 'behind mask': prefixesSections(definition) ? start : between };
    this.special = new Set((definition.added_tokens ?? []).filter((t) => t.special).map((t) => t.id));
    this.stems = wordStems(mergesOf(definition));
    this.rules = JSON.stringify([definition.normalizer, definition.pre_tokenizer]);
    const special = findSpecialTokens((token) => this.whole.token_to_id(token), config, tokenMap, modelConfig);
    this.maskId = special.mask;
    this.endId = special.end;
    this.padId = special.padding ?? special.end ?? 0;
    const { unk_id: unknown, unk_token: unknownToken } = definition.model ?? {};
    this.unknownId = unknown ?? (unknownToken == null ? undefined : this.whole.token_to_id(unknownToken));
    const bare = this.whole.encode('a', { add_special_tokens: false }).ids;
    this.word = { ids: bare, text: this.decode(bare) };
    const framed = this.whole.encode('a', { add_special_tokens: true }).ids;
    const at = framed.findIndex((_, i) => bare.every((id, j) => framed[i + j] === id));
    if (at < 0) throw new ModelError('model.tokenizerInside');
    this.prefix = framed.slice(0, at);
    this.suffix = framed.slice(at + bare.length);
    this.startId = special.start ?? special.end ?? this.prefix[0];
  }

  /** @throws ModelError */
  static async load(folder: string, modelConfig: Json = {}): Promise<LmTokenizer> {
    const optional = async (name: string): Promise<Json> => ((await readJson(folder, name)) ?? {}) as Json;
    const definition = (await readJson(folder, 'tokenizer.json')) as TokenizerDefinition | undefined;
    if (!definition) throw new ModelError('model.noTokenizer', { file: join(folder, 'tokenizer.json') });
    try {
      return new LmTokenizer(definition, await optional('tokenizer_config.json'), await optional('special_tokens_map.json'), modelConfig);
    } catch (error) {
      if (error instanceof ModelError) throw error;
      throw new ModelError('model.tokenizerUnusable', { file: join(folder, 'tokenizer.json'), reason: (error as Error).message });
    }
  }

  /** Ids of a text, never special tokens. A text that begins with a space follows other text by default. */
  encode(text: string, place: Place = text.startsWith(' ') ? 'behind' : 'start'): number[] {
    return text === '' ? [] : [...this.plain[place].encode(text, { add_special_tokens: false }).ids];
  }

  /** Ids of a text that a chat template wrote, special tokens included: what Python makes of it. */
  encodeRendered(text: string): number[] {
    return [...this.whole.encode(text, { add_special_tokens: false }).ids];
  }

  /** The exact text of ids at the start of a text: no space is cleaned away. */
  decode(ids: readonly number[]): string {
    return ids.length === 0 ? '' : this.whole.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  }

  /** The text that ids add after a word, with their leading space. */
  decodeBehind(ids: readonly number[]): string {
    const text = this.decode([...this.word.ids, ...ids]);
    return text.startsWith(this.word.text) ? text.slice(this.word.text.length) : this.decode(ids);
  }

  /** What a model wrote, without special tokens, as it follows the text before it. */
  generated(ids: readonly number[]): string {
    return this.decodeBehind(ids.filter((id) => !this.special.has(id)));
  }

  /** Whether both tokenizers give every text and token the same ids. */
  sameVocabulary(other: LmTokenizer): boolean {
    const [mine, theirs] = [this.whole.get_vocab(), other.whole.get_vocab()];
    return this.rules === other.rules && mine.size === theirs.size && [...mine].every(([token, id]) => theirs.get(token) === id);
  }

  /** Ids of the tokens that are one readable word, after a space or (`leadingSpace` false) at the start of a text. */
  wordIds(leadingSpace: boolean): number[] {
    const pattern = leadingSpace ? /^ (\p{L}[\p{L}'’]*\p{L})$/u : /^(\p{L}[\p{L}'’]*\p{L})$/u;
    // Where the start of a text gets a space, a token without one continues a word, and looks like one at the start.
    const mayContinue = !leadingSpace && this.plain.start !== this.plain.behind;
    const ids: number[] = [];
    for (const [token, id] of this.whole.get_vocab()) {
      // A vocabulary may have gaps.
      if (token === (undefined as unknown) || this.special.has(id) || this.stems.has(token)) continue;
      const text = leadingSpace ? this.decodeBehind([id]) : this.decode([id]);
      const word = pattern.exec(text)?.[1];
      if (word === undefined || BLOCKED_WORDS.has(word.toLowerCase())) continue;
      if (!mayContinue || this.encode(text)[0] === id) ids.push(id);
    }
    return ids.sort((a, b) => a - b);
  }

  words(leadingSpace: boolean): string[] {
    return this.wordIds(leadingSpace).map((id) => this.decode([id]).trim());
  }

  /** Every token but the special ones: the paper's action set. */
  ordinaryIds(): number[] {
    return [...this.whole.get_vocab()]
      .filter(([token, id]) => token !== (undefined as unknown) && !this.special.has(id))
      .map(([, id]) => id)
      .sort((a, b) => a - b);
  }
}

/** A JSON file of a model folder; undefined where there is none. */
export async function readJson(folder: string, name: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(join(folder, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ModelError('model.unreadable', { file: join(folder, name), reason: (error as Error).message });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ModelError('model.notJson', { file: join(folder, name), reason: (error as Error).message });
  }
}
