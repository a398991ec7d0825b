import type { Random } from '../../method/random';
import type { PreferenceBandit } from '../bandit';
import type { Board } from './board';
import type { Candidate } from './candidate';
import { sampleParent } from './fronts';
import type { Operator } from './operators/operators';
import { EXAMPLES, type ReflectSettings } from './settings';
import type { ReflectTask } from './task';

export interface Plan {
  /** Of the candidate that comes of it. */
  readonly id: number;
  readonly operator: Operator;
  readonly parent: Candidate;
  readonly second?: Candidate;
  /** Rows in the request, or as examples. */
  readonly rows: readonly number[];
  /** Rows on which the child has to win: those of the request, or others where it shows none. */
  readonly gate: readonly number[];
  /** Of the task model, to make it. */
  readonly queries: number;
}

export interface PlannerState {
  readonly epoch: readonly number[];
}

/** Chooses parents, operators, and the rows that a request shows. */
export class Planner {
  /** Rows that the next requests show, in random order. */
  private epoch: number[] = [];

  constructor(
    private readonly task: ReflectTask,
    private readonly settings: ReflectSettings,
    private readonly board: Board,
    private readonly bandit: PreferenceBandit<Operator>,
    private readonly random: Random,
  ) {}

  async plan(id: number, signal?: AbortSignal): Promise<Plan> {
    const before = this.task.queries;
    const made = await this.made(id, signal);
    return { ...made, queries: this.task.queries - before };
  }

  private async made(id: number, signal: AbortSignal | undefined): Promise<Omit<Plan, 'queries'>> {
    const { candidates } = this.board;
    const { settings, random } = this;
    const parent = this.parentOf(candidates);
    const about = { id, parent };
    const others = candidates.filter(({ instruction }) => instruction !== parent.instruction);
    const possible = settings.operators.filter((operator) => operator !== 'recombine' || others.length > 1);
    const operator = settings.learnOperators ? this.bandit.choose(possible, random) : possible[random.below(possible.length)]!;
    if (operator === 'reflect' || operator === 'addRule') {
      const rows = await this.nextRows(parent, signal);
      return { ...about, operator, rows, gate: rows };
    }
    const gate = await this.nextRows(parent, signal);
    if (operator === 'recombine') return { ...about, operator, second: this.parentOf(others), rows: [], gate };
    if (operator !== 'examples') return { ...about, operator, rows: [], gate };
    // Half of those that show examples show none again.
    const drop = parent.examples.length > 0 && random.uniform() < 0.5;
    const rows = drop ? [] : random.shuffled(this.task.shown.length).filter((row) => !gate.includes(row));
    return { ...about, operator, rows: rows.slice(0, EXAMPLES), gate };
  }

  private parentOf(candidates: readonly Candidate[]): Candidate {
    if (this.settings.parent === 'fronts')
      return candidates[
        sampleParent(
          candidates.map((candidate) => this.board.judgedScores(candidate)),
          this.random,
        )
      ]!;
    const estimates = this.board.estimates();
    const draws = candidates.map((candidate) => {
      const estimate = estimates.get(candidate.id)!;
      const rows = this.board.judgedScores(candidate).size + 1;
      return estimate + Math.sqrt(Math.max(0.01, estimate * (1 - estimate)) / rows) * this.random.normal();
    });
    return candidates[draws.indexOf(Math.max(...draws))]!;
  }

  private async nextRows(parent: Candidate, signal: AbortSignal | undefined): Promise<number[]> {
    const { shown } = this.settings;
    if (this.epoch.length < shown) this.epoch = this.random.shuffled(this.task.shown.length);
    const rows = this.epoch.splice(0, shown);
    await this.board.score([{ candidate: parent, rows }], signal);
    return rows;
  }

  save(): PlannerState {
    return { epoch: [...this.epoch] };
  }

  restore({ epoch }: PlannerState): void {
    this.epoch = [...epoch];
  }
}
