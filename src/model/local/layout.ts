import type { Part } from '../../spec/template';
import { ModelError } from '../modelError';
import type { LmTokenizer, Place } from './tokenizer/tokenizer';

/** A row of the task model around a prompt: ids before and after it, and the position of the answer. */
export interface RowLayout {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Position of the mask, before or after the prompt; on a causal model the last token answers. */
  readonly mask: { readonly part: 'before' | 'after'; readonly index: number } | undefined;
  /** Tokens of the input that were cut to make room. */
  readonly cut: number;
  /** Where the input is, in its side, before anything is cut. */
  readonly input: { readonly start: number; readonly end: number };
}

/** The ids of a row with its prompt, and the index of the token that answers. */
export interface FilledRow {
  readonly ids: readonly number[];
  readonly answer: number;
}

/** A text laid out for a model, around any prompt. */
export interface LaidOutText {
  /** Tokens of the input that were cut to make room. */
  readonly cut: number;
  with(prompt: readonly number[]): FilledRow;
}

/** A text that is read once for all prompts behind it. */
export interface PrefixedText {
  /** What every prompt's row begins with. */
  readonly before: readonly number[];
  readonly cut: number;
  /** Tokens that `before` may be padded to, so that the longest row still fits. */
  readonly room: number;
  /** What follows `before` with a prompt; undefined where its row does not begin so. */
  behind(prompt: readonly number[]): readonly number[] | undefined;
  whole(prompt: readonly number[]): readonly number[];
}

/** A layout whose input may precede the prompt. */
export interface PrefixLayout extends Pick<TaskLayout, 'refuseLonger'> {
  readonly inputFirst: boolean;
  /** @throws ModelError when the template and the prompt alone fill the context */
  prefixed(input: string): PrefixedText;
}

/** How a task's template becomes ids: one text, or the messages of a chat. */
export interface TaskLayout {
  /** @throws ModelError when the template and the prompt alone fill the context */
  text(input: string): LaidOutText;
  /** @throws ModelError if a row of so many tokens, prompt included, is more than the model can read */
  refuseLonger(tokens: number): void;
  /** Ids of a prompt that a user wrote, in its place in the template. */
  encodePrompt(text: string): number[];
  /** The text that puts exactly these ids into the template's `{prompt}`. */
  promptText(ids: readonly number[]): string;
}

/**
 * Assembles a template's parts as ids. Each part is encoded by itself, and the mask's position is known by construction.
 * A space before a part belongs to that part, so the prompt's first token carries the template's space.
 *
 * If a row is too long, only the input is cut: from its start if it precedes the prompt, else from its end. A prompt of
 * `promptRoom` tokens always fits, so that every prompt sees the same text.
 */
export class Layout implements TaskLayout, PrefixLayout {
  private readonly promptAt: number;

  constructor(
    private readonly parts: readonly Part[],
    private readonly tokenizer: LmTokenizer,
    private readonly context: number,
    private readonly promptRoom: number,
  ) {
    this.promptAt = parts.findIndex((part) => part.kind === 'prompt');
  }

  /** Whether the input precedes the prompt: then a text can be read once for all prompts. */
  get inputFirst(): boolean {
    return this.parts.findIndex((part) => part.kind === 'input') < this.promptAt;
  }

  /** Whether the label word is at the very start of the text. */
  get maskAtStart(): boolean {
    return this.parts[0]?.kind === 'mask';
  }

  /** Where the prompt is: what precedes it decides how its first token is encoded. */
  private get promptPlace(): Place {
    const before = this.parts[this.promptAt - 1];
    if (!before) return 'start';
    return before.kind === 'mask' ? 'behind mask' : 'behind';
  }

  /** Whether the prompt's first token carries a space of the template. */
  get promptSpace(): boolean {
    const part = this.parts[this.promptAt];
    return part?.kind === 'prompt' && part.space;
  }

  encodePrompt(text: string): number[] {
    return this.tokenizer.encode(this.promptSpace && text !== '' ? ` ${text}` : text, this.promptPlace);
  }

  promptText(ids: readonly number[]): string {
    const text = this.promptPlace === 'start' ? this.tokenizer.decode(ids) : this.tokenizer.decodeBehind(ids);
    return this.promptSpace && text.startsWith(' ') ? text.slice(1) : text;
  }

  /** A prompt as text for another tokenizer: at the start of a text, the space of its first token means nothing there. */
  travelingText(ids: readonly number[]): string {
    const text = this.promptText(ids);
    return this.promptPlace === 'start' ? text.trimStart() : text;
  }

  refuseLonger(tokens: number): void {
    if (tokens > this.context) throw new ModelError('model.tooLong', { tokens, context: this.context, room: this.promptRoom });
  }

  /** A row's ids; an empty row gets the token that texts start with, since the model has to read something. */
  filled(ids: readonly number[]): readonly number[] {
    return ids.length > 0 ? ids : [this.tokenizer.startId ?? this.tokenizer.padId];
  }

  text(input: string): LaidOutText {
    const row = this.row(input, false);
    let bare: RowLayout | undefined;
    return { cut: row.cut, with: (prompt) => this.assemble(prompt.length === 0 ? (bare ??= this.row(input, true)) : row, prompt) };
  }

  /** Tokens that fit beside the longest prompt. */
  get room(): number {
    return this.context - this.promptRoom;
  }

  prefixed(input: string): PrefixedText {
    const { before, after, cut } = this.row(input, false);
    return {
      before,
      cut,
      room: this.room - after.length,
      behind: (prompt) => [...prompt, ...after],
      whole: (prompt) => this.filled([...before, ...prompt, ...after]),
    };
  }

  private assemble({ before, after, mask }: RowLayout, prompt: readonly number[]): FilledRow {
    const ids = this.filled([...before, ...prompt, ...after]);
    if (!mask) return { ids, answer: ids.length - 1 };
    return { ids, answer: mask.part === 'before' ? mask.index : before.length + prompt.length + mask.index };
  }

  /** @throws ModelError when the template and the prompt alone fill the context */
  row(input: string, emptyPrompt: boolean): RowLayout {
    const sides = { before: [...this.tokenizer.prefix], after: [] as number[] };
    let mask: RowLayout['mask'];
    let inputStart = 0;
    let inputIds: number[] = [];
    const inputSide = this.inputFirst ? 'before' : 'after';
    let dropSpace = false;
    let place: Place = 'start';
    const encode = (text: string): number[] => {
      const ids = this.tokenizer.encode(text, place);
      if (text !== '') place = 'behind';
      return ids;
    };
    this.parts.forEach((part, i) => {
      const side = i < this.promptAt ? 'before' : 'after';
      const lead = part.kind !== 'literal' && part.space && !dropSpace ? ' ' : '';
      if (part.kind === 'literal') sides[side].push(...encode(dropSpace ? part.text.replace(/^ /, '') : part.text));
      else if (part.kind === 'mask') {
        mask = { part: side, index: sides[side].length };
        sides[side].push(this.tokenizer.maskId!);
        place = 'behind mask';
      } else if (part.kind === 'input') {
        inputIds = encode(lead + input);
        inputStart = sides[side].length;
        sides[side].push(...inputIds);
      } else if (!emptyPrompt) place = 'behind';
      dropSpace = part.kind === 'prompt' && emptyPrompt && !part.space && i === 0;
    });
    sides.after.push(...this.tokenizer.suffix);
    const cut = Math.max(0, sides.before.length + sides.after.length + this.promptRoom - this.context);
    if (cut > 0) {
      if (cut >= inputIds.length) throw new ModelError('model.noRoom', { context: this.context, room: this.promptRoom });
      const from = inputSide === 'before' ? inputStart : inputStart + inputIds.length - cut;
      sides[inputSide].splice(from, cut);
      if (mask && mask.part === inputSide && mask.index > inputStart) mask = { part: mask.part, index: mask.index - cut };
    }
    return { ...sides, mask, cut, input: { start: inputStart, end: inputStart + inputIds.length } };
  }
}
