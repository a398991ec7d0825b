import { word } from '../../wording/wording';
import type { ServerCall } from '../call';
import { UNSPACED, withoutMarks } from './fold';
import { ServerError } from './serverError';
import type { Sent, TextModel } from './textModel';
import type { TokenCount } from './tokenCount';

/** Probability of the class that a written answer names; the other classes share the rest. */
const SURE = 0.98;

/** Reads the class out of what a model wrote. */
export class AnswerReader {
  private readonly pattern: RegExp | undefined;
  /** Names of the classes, folded, longest first: "very good" is not "very". */
  private readonly names: readonly { readonly name: string; readonly index: number }[];

  /**
   * @param labels names that an answer may use besides the label words
   * @throws ServerError for an invalid pattern
   */
  constructor(
    private readonly words: readonly string[],
    labels: readonly string[],
    pattern: string | undefined,
  ) {
    try {
      this.pattern = pattern === undefined ? undefined : new RegExp(pattern, 'iu');
    } catch (error) {
      throw new ServerError('request', 'server.answerPattern', [{ reason: (error as Error).message }], { field: ['server', 'answer'] });
    }
    this.names = [...words, ...labels]
      .map((name, i) => ({ name: withoutMarks(name), index: i % words.length }))
      .filter(({ name }, i, all) => name !== '' && all.findIndex((other) => other.name === name) === i)
      .sort((a, b) => b.name.length - a.name.length);
  }

  /** The index of the class that an answer names; undefined when it names none. */
  read(answer: string): number | undefined {
    // A reasoning model's thoughts are not its answer.
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

  /** [K] log-probabilities of the class that an answer names; −∞ for all when it names none. */
  logits(answer: string): number[] {
    const found = this.read(answer);
    const K = this.words.length;
    return this.words.map((_, i) => (found === undefined ? -Infinity : Math.log(i === found ? SURE : (1 - SURE) / (K - 1))));
  }
}

/** Scores label words by what the model writes: right or wrong, nothing in between. */
export function answerModel(
  identity: readonly unknown[],
  reader: AnswerReader,
  write: (text: Sent, signal?: AbortSignal) => Promise<string>,
  count: TokenCount,
  call?: () => ServerCall,
): TextModel {
  const score = async (text: Sent, signal?: AbortSignal) => ({ logits: reader.logits(await write(text, signal)), missing: 0 });
  return {
    identity,
    batch: 1,
    how: word('server.byAnswer'),
    ...(call && { call }),
    score: (texts, signal) => Promise.all(texts.map((text) => score(text, signal))),
    count,
  };
}
