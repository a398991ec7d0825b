import type { Spent } from '../taskModel';
import { readUsage } from './choices';

/** Characters of what a request sends, the names of fields left out. */
export function lengthOf(sent: unknown): number {
  if (typeof sent === 'string') return sent.length;
  return typeof sent === 'object' && sent !== null ? Object.values(sent).reduce<number>((sum, part) => sum + lengthOf(part), 0) : 0;
}

/** Tokens of what was sent and written, as the server counts them; a fourth of the characters where it does not. */
export class TokenCount {
  private counted = 0;
  private texts = 0;
  private estimated = 0;

  /** Counts an answer to so many texts; the tokens that it reports. */
  add(answer: unknown, texts: number, characters: () => number): number | undefined {
    const tokens = readUsage(answer);
    if (tokens === undefined) this.estimated += characters() / 4;
    else [this.counted, this.texts] = [this.counted + tokens, this.texts + texts];
    return tokens;
  }

  /** Mean tokens of a text with its answer; undefined where the server does not report them. */
  get perText(): number | undefined {
    return this.texts === 0 ? undefined : this.counted / this.texts;
  }

  get spent(): Spent {
    return { tokens: Math.round(this.counted + this.estimated), counted: this.estimated === 0 };
  }
}
