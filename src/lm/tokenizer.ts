import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { BLOCKED_WORDS } from './blockedWords';
import { ModelError } from './modelError';
import { wordStems } from './wordStems';

interface AddedToken {
  id: number;
  content: string;
  lstrip?: boolean;
  special?: boolean;
}

/** What is read of `tokenizer.json` here; merges are written as pairs or, in older files, with a space between. */
interface Definition {
  added_tokens?: AddedToken[];
  model?: { merges?: readonly (string | readonly [string, string])[] };
}

/** A model's tokenizer, as prompt search needs it: texts of users are text, whatever they look like. */
export class LmTokenizer {
  private readonly whole: HubTokenizer;
  /** The same tokenizer without its special tokens, so that `<mask>` in a user's text stays six characters. */
  private readonly plain: HubTokenizer;
  private readonly special: Set<number>;
  /** Tokens that are only the beginnings of words. */
  private readonly stems: ReadonlySet<string>;
  /** Special tokens around a whole text, such as `<s>` and `</s>`. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  readonly maskId: number | undefined;
  /** The token that stands for the start of a text in a causal model. */
  readonly startId: number | undefined;
  readonly padId: number;

  constructor(definition: Definition, config: Record<string, unknown>) {
    this.whole = new HubTokenizer(definition, config);
    this.plain = new HubTokenizer({ ...definition, added_tokens: (definition.added_tokens ?? []).filter((t) => !t.special) }, config);
    this.special = new Set((definition.added_tokens ?? []).filter((t) => t.special).map((t) => t.id));
    const merges = definition.model?.merges ?? [];
    this.stems = wordStems(merges.map((merge) => (typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge)));
    const idOf = (key: string): number | undefined => {
      const value = config[key] as string | { content: string } | null | undefined;
      const content = typeof value === 'object' ? value?.content : value;
      return content === undefined ? undefined : this.whole.token_to_id(content);
    };
    this.maskId = idOf('mask_token');
    this.startId = idOf('bos_token') ?? idOf('eos_token');
    this.padId = idOf('pad_token') ?? idOf('eos_token') ?? 0;
    const bare = this.whole.encode('a', { add_special_tokens: false }).ids;
    const framed = this.whole.encode('a', { add_special_tokens: true }).ids;
    const at = framed.findIndex((_, i) => bare.every((id, j) => framed[i + j] === id));
    this.prefix = framed.slice(0, at);
    this.suffix = framed.slice(at + bare.length);
  }

  static async load(folder: string): Promise<LmTokenizer> {
    const read = async (name: string): Promise<Record<string, unknown>> => {
      try {
        return JSON.parse(await readFile(join(folder, name), 'utf8')) as Record<string, unknown>;
      } catch (error) {
        throw new ModelError(
          `${join(folder, name)} cannot be read: ${(error as Error).message}. A model folder holds config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx.`,
        );
      }
    };
    return new LmTokenizer(await read('tokenizer.json'), await read('tokenizer_config.json'));
  }

  /** Ids of a text, with no special tokens, whatever the text holds. */
  encode(text: string): number[] {
    return text === '' ? [] : [...this.plain.encode(text, { add_special_tokens: false }).ids];
  }

  /** The text of ids, exactly: no space is cleaned away. */
  decode(ids: readonly number[]): string {
    return ids.length === 0 ? '' : this.whole.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  }

  /** Whether both tokenizers give every token the same id. */
  sameVocabulary(other: LmTokenizer): boolean {
    const [mine, theirs] = [this.whole.get_vocab(), other.whole.get_vocab()];
    return mine.size === theirs.size && [...mine].every(([token, id]) => theirs.get(token) === id);
  }

  /** Ids of the tokens that are one readable word, behind a space or (`leadingSpace` false) at the start of a text. */
  wordIds(leadingSpace: boolean): number[] {
    const pattern = leadingSpace ? /^ (\p{L}[\p{L}'’]*\p{L})$/u : /^(\p{L}[\p{L}'’]*\p{L})$/u;
    const ids: number[] = [];
    for (const [token, id] of this.whole.get_vocab()) {
      if (this.special.has(id) || this.stems.has(token)) continue;
      const word = pattern.exec(this.decode([id]))?.[1];
      if (word !== undefined && !BLOCKED_WORDS.has(word.toLowerCase())) ids.push(id);
    }
    return ids.sort((a, b) => a - b);
  }

  words(leadingSpace: boolean): string[] {
    return this.wordIds(leadingSpace).map((id) => this.decode([id]).trim());
  }

  /** Every token but the special ones: the paper's action set. */
  ordinaryIds(): number[] {
    return [...this.whole.get_vocab().values()].filter((id) => !this.special.has(id)).sort((a, b) => a - b);
  }
}
