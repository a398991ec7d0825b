import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { keyOf, type Cell } from './cells';

/** A line of the results file. */
export interface Result extends Cell {
  /** Why there are no figures: the budget has no room for a step of the method. */
  readonly cannotRun?: true;
  /** Held-out, in percent. */
  readonly accuracy: number;
  /** Held-out mean probability gap. */
  readonly gap: number;
  readonly prompt: string;
  /** Queries that were computed for the search and its choice. */
  readonly queries: number;
  /** Own milliseconds of a step: proposals, fits, updates, without the task model. */
  readonly stepMilliseconds?: number;
  /** Prompts of the last step by proposer. */
  readonly shares?: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** A file of results, one JSON object a line, which several processes may append to. A later line replaces an earlier one of its cell. */
export class ResultFile {
  constructor(readonly path: string) {}

  read(): Map<string, Result> {
    if (!existsSync(this.path)) return new Map();
    const lines = readFileSync(this.path, 'utf8').split('\n').filter(Boolean);
    return new Map(
      lines.map((line, i) => {
        try {
          const result = JSON.parse(line) as Result;
          return [keyOf(result), result] as const;
        } catch (error) {
          throw new Error(`${this.path}:${i + 1}: expected a JSON object, found ${JSON.stringify(line.slice(0, 60))}`, { cause: error });
        }
      }),
    );
  }

  append(result: Result): void {
    appendFileSync(this.path, `${JSON.stringify(result)}\n`);
  }
}
