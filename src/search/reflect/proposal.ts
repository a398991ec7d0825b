/** Why a proposal is not tried: no answer came, there was no mistake to learn from, the queries are used up, or what is wrong with it. */
export type Refusal =
  'failed' | 'perfect' | 'queries' | 'noBlock' | 'empty' | 'tooLong' | 'placeholder' | 'control' | 'frozen' | 'copied' | 'known';

/** What a proposal must keep to. */
export interface Limits {
  readonly maxTokens: number;
  readonly tokens: (text: string) => number;
  /** Passages that must stay word for word. */
  readonly frozen: readonly string[];
  /** Texts of training rows, of which no proposal may hold `COPIED` words in a row; undefined switches that off. */
  readonly rows: readonly string[] | undefined;
  readonly known: (instruction: string) => boolean;
}

/** Characters of an answer that are looked at. */
const MOST_CHARACTERS = 100_000;
const COPIED = 8;

/** The instruction in a model's answer: the last fenced block, or the whole answer where it has no fence at all. */
export function instructionIn(answer: string): string | undefined {
  const text = answer.slice(0, MOST_CHARACTERS).replaceAll('\r\n', '\n');
  // A block whose end is missing was cut off by the model's own limit.
  const blocks = text.split(/^\s*```[^\n`]*$/m);
  if (blocks.length === 1) return undefined;
  return blocks.length % 2 === 1 ? blocks[blocks.length - 2]!.trim() : undefined;
}

/** Characters of a reason that are kept. */
const REASON_LENGTH = 600;

/** What an answer says beside its blocks; undefined if nothing. */
export function reasonIn(answer: string): string | undefined {
  const outside = answer
    .slice(0, MOST_CHARACTERS)
    .split(/^\s*```[^\n`]*$/m)
    .filter((_, i) => i % 2 === 0)
    .join(' ')
    .replace(/[\p{Cc}\p{Cs}\s\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
  if (outside === '') return undefined;
  const characters = Array.from(outside);
  return characters.length > REASON_LENGTH ? `${characters.slice(0, REASON_LENGTH).join('')}…` : outside;
}

/** The instruction of an answer, or why it is refused. */
export function proposal(answer: string, limits: Limits): { readonly instruction: string } | { readonly refused: Refusal } {
  const instruction = instructionIn(answer);
  const refused = instruction === undefined ? 'noBlock' : refusal(instruction, limits);
  return refused ? { refused } : { instruction: instruction! };
}

function refusal(instruction: string, { maxTokens, tokens, frozen, rows, known }: Limits): Refusal | undefined {
  if (instruction === '') return 'empty';
  // Cheap bounds first: a tokenizer takes its time for a megabyte.
  if (instruction.length > 20 * maxTokens || tokens(instruction) > maxTokens) return 'tooLong';
  if (/\{(input|prompt|mask)\}/.test(instruction)) return 'placeholder';
  // Control characters other than line break and tab, halves of characters, and what changes the direction of text.
  if (/(?![\n\t])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(instruction)) return 'control';
  if (!frozen.every((span) => instruction.includes(span))) return 'frozen';
  if (rows && copies(instruction, rows, frozen)) return 'copied';
  return known(instruction) ? 'known' : undefined;
}

/** Whether the instruction holds eight words in a row of a training row, frozen passages apart. */
export function copies(instruction: string, rows: readonly string[], frozen: readonly string[] = []): boolean {
  const own = new Set(grams(frozen.reduce((text, span) => text.replaceAll(span, ' \u0000 '), instruction)));
  return own.size > 0 && rows.some((row) => grams(row).some((gram) => own.has(gram)));
}

function grams(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}\u0000]+/gu) ?? [];
  return Array.from({ length: Math.max(0, words.length - COPIED + 1) }, (_, i) => words.slice(i, i + COPIED).join(' '));
}
