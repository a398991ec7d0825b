import { fillTurns, type Turn } from '../../../spec/template';
import { ModelError } from '../../modelError';
import type { FilledRow, LaidOutText, PrefixedText, PrefixLayout, TaskLayout } from '../layout';
import type { LmTokenizer } from '../tokenizer/tokenizer';
import { ChatPrompts } from './chatPrompts';
import type { ChatTemplate } from './chatTemplate';

/** Characters of no text (private use), which stand for a text while a template is tried. */
const INPUT = '\uE0F0\uE0F1';
const PROMPT = '\uE0F2\uE0F3';
/** An input where any will do. */
const SOME_INPUT = 'a';
/** Prompts that share no token: what their rows have in common surrounds the prompt. */
const PROBES = ['a', 'the', 'Review', 'zero', 'I'];

/** What surrounds the prompt in a rendered chat, as text and as ids. */
interface Frame {
  readonly before: string;
  readonly after: string;
  readonly head: readonly number[];
  readonly tail: readonly number[];
}

/**
 * A chat for a model that runs locally. Each row is rendered by the model's chat template with its input and its prompt, and
 * the whole text is encoded, as Python does it: whatever a template does with a text, the ids are those of what it wrote.
 */
export class ChatLayout implements TaskLayout, PrefixLayout {
  private readonly prompts: ChatPrompts;
  private latest: { readonly input: string; readonly frame: Frame } | undefined;

  /** @throws ModelError if the template refuses the messages, or drops or repeats a text */
  constructor(
    private readonly turns: readonly Turn[],
    private readonly template: ChatTemplate,
    private readonly tokenizer: LmTokenizer,
    private readonly context: number,
    private readonly promptRoom: number,
  ) {
    this.prompts = new ChatPrompts(tokenizer);
    const rendered = template.render(fillTurns(turns, INPUT, PROMPT));
    for (const [name, mark] of [['input', INPUT] as const, ['prompt', PROMPT] as const]) {
      const times = rendered.split(mark).length - 1;
      if (times !== 1) throw new ModelError('model.chatRepeats', { name, times });
    }
  }

  text(input: string): LaidOutText {
    const { kept, cut } = this.shortened(input);
    return { cut, with: (prompt) => this.filled(kept, this.promptText(prompt)) };
  }

  /** Whether the input precedes the prompt. */
  get inputFirst(): boolean {
    return this.turns.flatMap(({ parts }) => parts).find(({ kind }) => kind === 'input' || kind === 'prompt')?.kind === 'input';
  }

  prefixed(input: string): PrefixedText {
    const { kept, cut } = this.shortened(input);
    const { head, tail } = this.frame(kept);
    const whole = (prompt: readonly number[]): number[] => this.filled(kept, this.promptText(prompt)).ids;
    return {
      before: head,
      cut,
      room: this.context - this.promptRoom - tail.length,
      behind: (prompt) => {
        const ids = whole(prompt);
        return head.every((id, i) => ids[i] === id) ? ids.slice(head.length) : undefined;
      },
      whole,
    };
  }

  refuseLonger(tokens: number): void {
    if (tokens > this.context) throw new ModelError('model.tooLong', { tokens, context: this.context, room: this.promptRoom });
  }

  encodePrompt(text: string): number[] {
    if (text === '') return [];
    const { before, after, head, tail } = this.frame(SOME_INPUT);
    const { ids } = this.filled(SOME_INPUT, text);
    const end = ids.length - tail.length;
    const isFramed = end > head.length && head.every((id, i) => ids[i] === id) && tail.every((id, i) => ids[end + i] === id);
    // A prompt that the template changes keeps its text: its scores are of what the template makes of it.
    if (isFramed && this.render(SOME_INPUT, text) === before + text + after) return ids.slice(head.length, end);
    return this.tokenizer.encode(text, 'behind');
  }

  promptText(ids: readonly number[]): string {
    return this.prompts.text(ids);
  }

  /** Whether the template writes the prompt as it is, and its tokens are these and no others. */
  roundTrips(prompt: readonly number[], input: string): boolean {
    if (prompt.length === 0) return true;
    const text = this.promptText(prompt);
    const { before, after, head, tail } = this.frame(input);
    if (this.render(input, text) !== before + text + after) return false;
    return this.filled(input, text).ids.join() === [...head, ...prompt, ...tail].join();
  }

  /** Whether the assistant's answer begins with a space, by what the template does with one. */
  get answerSpace(): boolean {
    const messages = fillTurns(this.turns, INPUT, '');
    const open = this.template.render(messages);
    try {
      const closed = this.template.render([...messages, { role: 'assistant', content: PROMPT }], false);
      return closed.startsWith(`${open} ${PROMPT}`);
    } catch (error) {
      if (error instanceof ModelError) return false;
      throw error;
    }
  }

  /** Ids of the beginning of an answer. */
  encodeAnswer(text: string): number[] {
    const open = this.template.render(fillTurns(this.turns, SOME_INPUT, ''));
    const before = this.tokenizer.encodeRendered(open);
    const both = this.tokenizer.encodeRendered(open + text);
    return before.every((id, i) => both[i] === id) ? both.slice(before.length) : this.tokenizer.encode(text, 'behind');
  }

  private render(input: string, prompt: string): string {
    return this.template.render(fillTurns(this.turns, input, prompt));
  }

  private filled(input: string, prompt: string): FilledRow & { ids: number[] } {
    const ids = this.tokenizer.encodeRendered(this.render(input, prompt));
    return { ids, answer: ids.length - 1 };
  }

  private frame(input: string): Frame {
    if (this.latest?.input === input) return this.latest.frame;
    const [before, after, ...more] = this.render(input, PROMPT).split(PROMPT);
    if (before === undefined || after === undefined || more.length > 0)
      throw new ModelError('model.chatRepeats', { name: 'prompt', times: more.length + (after === undefined ? 0 : 1) });
    const rows = PROBES.map((probe) => this.tokenizer.encodeRendered(before + probe + after));
    const [first, ...others] = rows as [number[], ...number[][]];
    const most = Math.min(...rows.map((row) => row.length));
    let head = 0;
    while (head < most && others.every((row) => row[head] === first[head])) head++;
    let tail = 0;
    while (tail < most - head && others.every((row) => row.at(-1 - tail) === first.at(-1 - tail))) tail++;
    const frame = { before, after, head: first.slice(0, head), tail: first.slice(first.length - tail) };
    this.latest = { input, frame };
    return frame;
  }

  /** An input that leaves room for the longest prompt: from its start if it precedes the prompt, else from its end. */
  private shortened(input: string): { kept: string; cut: number } {
    const ids = this.tokenizer.encode(input);
    let kept = input;
    let cut = 0;
    for (;;) {
      const { head, tail } = this.frame(kept);
      const over = head.length + tail.length + this.promptRoom - this.context;
      if (over <= 0) return { kept, cut };
      cut += over;
      if (cut >= ids.length) throw new ModelError('model.noRoom', { context: this.context, room: this.promptRoom });
      const rest = this.inputFirst ? this.tokenizer.decode(ids.slice(cut)) : this.tokenizer.decode(ids.slice(0, -cut));
      // A character of several tokens may have been cut in half.
      kept = rest.replace(/^\uFFFD+|\uFFFD+$/g, '');
    }
  }
}
