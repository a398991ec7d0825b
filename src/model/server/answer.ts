import { ServerError } from './serverError';
import { fold } from './labelWords';

/** How sure a written answer is taken to be: its class gets this probability, the others share the rest. */
const SURE = 0.98;

/** Reads the class out of what a model wrote. */
export class AnswerReader {
  private readonly pattern: RegExp | undefined;
  /** Names of the classes, folded, the longest first: "very good" is not "very". */
  private readonly names: readonly { readonly name: string; readonly index: number }[];

  /** @throws ServerError for a pattern that is no regular expression */
  constructor(
    private readonly words: readonly string[],
    /** The labels themselves, which an answer may also name. */
    labels: readonly string[],
    pattern: string | undefined,
  ) {
    try {
      this.pattern = pattern === undefined ? undefined : new RegExp(pattern, 'iu');
    } catch (error) {
      throw new ServerError('request', `server.answer is no regular expression: ${(error as Error).message}`, {
        field: ['server', 'answer'],
      });
    }
    this.names = [...words, ...labels]
      .map((name, i) => ({ name: withoutMarks(name), index: i % words.length }))
      .filter(({ name }, i, all) => name !== '' && all.findIndex((other) => other.name === name) === i)
      .sort((a, b) => b.name.length - a.name.length);
  }

  /** The index of the class that an answer names; undefined when it names none. */
  read(answer: string): number | undefined {
    // What a reasoning model thinks aloud is not its answer.
    const said = answer.replace(/<think>[^]*?(<\/think>|$)/g, '');
    if (this.pattern) {
      const match = this.pattern.exec(said);
      if (!match) return undefined;
      const label = withoutMarks(match[1] ?? match[0]);
      return this.names.find(({ name }) => name === label)?.index;
    }
    const start = withoutMarks(said);
    return this.names.find(
      ({ name }) => start.startsWith(name) && (UNSPACED.test(name) || !/^[\p{L}\p{N}]/u.test(start.slice(name.length))),
    )?.index;
  }

  /** Logits of an answer's class: nearly all for it; −∞ for all where it names none. */
  logits(answer: string): number[] {
    const found = this.read(answer);
    const K = this.words.length;
    if (found === undefined) return new Array<number>(K).fill(-Infinity);
    return this.words.map((_, i) => Math.log(i === found ? SURE : (1 - SURE) / (K - 1)));
  }
}

/** Quotation marks, stars and the like before a word are no part of it. */
function withoutMarks(text: string): string {
  const folded = fold(text);
  return folded.replace(/^[^\p{L}\p{N}]+/u, '') || folded;
}

/** Ends in a script that puts no spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]$/u;
