import type { Random } from '../../method/random';
import type { Board } from './board';
import type { Candidate } from './candidate';
import { withExamples } from './child';
import { gainOf, racingGate, strictGate } from './gate';
import type { Answered, GateRecord, GateRow } from './record';
import { VALIDATE, type ReflectSettings } from './settings';
import type { ReflectTask } from './task';

/** Compares candidates on rows, as many as it takes. */
export class Trials {
  /** Order in which rows tell how good a candidate is, the same for all. */
  order: readonly number[] = [];

  constructor(
    private readonly task: ReflectTask,
    private readonly settings: ReflectSettings,
    private readonly board: Board,
    private readonly random: Random,
  ) {}

  begin(): void {
    const { judged } = this.board;
    this.order = this.random.shuffled(judged.length).map((i) => judged[i]!);
  }

  /** Child against parent on the same rows, none of which either shows as an example. */
  async gate(child: Candidate, parent: Candidate, shown: readonly number[], signal: AbortSignal | undefined): Promise<GateRecord> {
    const { settings } = this;
    const growth = this.tokens(child) - this.tokens(parent);
    const penalty = (settings.lengthPenalty * growth) / 100;
    const differences = async (rows: readonly number[]): Promise<number[]> => {
      await this.board.score(
        [child, parent].map((candidate) => ({ candidate, rows })),
        signal,
      );
      return this.differences(child, parent, rows).map((difference) => difference - penalty);
    };
    const allowed = (rows: readonly number[]): number[] => rows.filter((row) => ![...child.examples, ...parent.examples].includes(row));
    const { rows, ...found } =
      settings.gate === 'strict'
        ? await strictGate(allowed(shown), differences)
        : // The rows of the request first: there the child has something to win, and others tell what it loses.
          await racingGate(allowed([...new Set([...shown, ...this.random.shuffled(this.task.shown.length)])]), differences);
    return { ...found, rows: this.gateRows(child, parent, rows) };
  }

  private differences(child: Candidate, parent: Candidate, rows: readonly number[]): number[] {
    return rows.map((row) => (child.scores.get(row) ?? NaN) - (parent.scores.get(row) ?? NaN));
  }

  /** Scores rows while the candidate may still be better than its rival; says whether it may be. */
  async validate(candidate: Candidate, rival: Candidate, signal: AbortSignal | undefined): Promise<boolean> {
    const race = this.settings.validation === 'race';
    for (let asked = 0; asked < this.order.length; asked += VALIDATE.more) {
      const rows = this.order.slice(asked, race ? asked + VALIDATE.more : undefined);
      await this.board.score(race ? [candidate, rival].map((each) => ({ candidate: each, rows })) : [{ candidate, rows }], signal);
      if (!race) return true;
      const { better } = gainOf(this.differences(candidate, rival, this.order.slice(0, asked + VALIDATE.more)));
      if (better < VALIDATE.hopeless) return false;
    }
    return true;
  }

  private gateRows(child: Candidate, parent: Candidate, rows: readonly number[]): GateRow[] {
    const answered = (candidate: Candidate, row: number): Answered | null => {
      const outcome = this.board.outcome(candidate, row);
      return outcome && !Number.isNaN(outcome.score) ? { score: outcome.score, got: cut(outcome.got) } : null;
    };
    return rows.map((row) => ({
      row,
      input: cut(this.task.shown[row]!.input),
      expected: cut(this.task.shown[row]!.expected),
      parent: answered(parent, row),
      child: answered(child, row),
    }));
  }

  private tokens({ instruction, examples }: Candidate): number {
    return this.task.tokens(withExamples(instruction, examples, this.task));
  }
}

/** Characters of a text in a record. */
const LENGTH = 200;

function cut(text: string): string {
  const characters = Array.from(text.slice(0, 4 * LENGTH));
  return characters.length > LENGTH || text.length > 4 * LENGTH ? `${characters.slice(0, LENGTH - 1).join('')}…` : text;
}
