import type { LmTokenizer } from '../tokenizer/tokenizer';

/**
 * The prompts of a chat in a tokenizer's ids. A chat's prompt travels as its text, without the space of its first token: it may
 * open a message.
 */
export class ChatPrompts {
  constructor(private readonly tokenizer: LmTokenizer) {}

  text(ids: readonly number[]): string {
    return this.tokenizer.decodeBehind(ids).replace(/^ /, '');
  }

  /** Ids of a text, as words after other words. */
  ids(text: string): number[] {
    return text === '' ? [] : this.tokenizer.encode(` ${text}`, 'behind');
  }

  /** Whether the text of ids has these ids again, and no space at its ends, which chat templates remove. */
  travels(ids: readonly number[]): boolean {
    const text = this.text(ids);
    if (text === '' || text !== text.trim()) return false;
    return [` ${text}`, text].some((each) => this.tokenizer.encode(each, 'behind').join() === ids.join());
  }

  /** Those tokens of a policy that a prompt may be made of. */
  actions(ids: readonly number[]): number[] {
    return ids.filter((id) => this.travels([id]));
  }
}
