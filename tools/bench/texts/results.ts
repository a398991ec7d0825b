import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export const TEXT_METHODS = ['default', 'random+rows', 'compare', 'none'] as const;
export type TextMethod = (typeof TEXT_METHODS)[number];

/** One run of one method on a generation task. */
export interface TextCell {
  /** File of the task spec, without its folder and ending. */
  readonly task: string;
  readonly method: TextMethod;
  readonly seed: number;
  /** Texts; 0 where nothing is searched for. */
  readonly budget: number;
}

/** A line of the results file. */
export interface TextResult extends TextCell {
  readonly prompt: string;
  /** Texts that the search and its choice took. */
  readonly generations: number;
  /** Held-out score of each test row, in [0, 1]. */
  readonly rows: readonly number[];
  /** Held-out mean of each metric, whatever its weight. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Share of different pairs of neighboring words among those of all held-out texts. */
  readonly distinct2: number;
  readonly seconds: number;
}

export function keyOfTexts({ task, method, seed, budget }: TextCell): string {
  return [task, method, seed, budget].join();
}

/** A file of results, one JSON object a line. A later line replaces an earlier one of its cell. */
export class TextResultFile {
  constructor(readonly path: string) {}

  read(): Map<string, TextResult> {
    if (!existsSync(this.path)) return new Map();
    const lines = readFileSync(this.path, 'utf8').split('\n').filter(Boolean);
    return new Map(lines.map((line) => JSON.parse(line) as TextResult).map((result) => [keyOfTexts(result), result]));
  }

  append(result: TextResult): void {
    appendFileSync(this.path, `${JSON.stringify(result)}\n`);
  }
}

/** Share of different pairs of neighboring words among all pairs of some texts; 0 where there are none. */
export function distinct2(texts: readonly string[]): number {
  const pairs = texts.flatMap((text) => {
    const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
    return words.slice(1).map((word, i) => `${words[i]} ${word}`);
  });
  return pairs.length === 0 ? 0 : new Set(pairs).size / pairs.length;
}
