import type { Random } from '../../method/random';
import type { PreferenceBandit } from '../bandit';
import type { Board } from './board';
import type { Candidate } from './candidate';
import { sampleParent } from './fronts';
import type { Operator } from './operators/operators';
import { AT_ONCE, EXAMPLES, MOST_ROWS, type ReflectSettings } from './settings';
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

  async plan(id: number, parent: Candidate, signal?: AbortSignal): Promise<Plan> {
    const before = this.task.queries;
    const made = await this.made(id, parent, signal);
    return { ...made, queries: this.task.queries - before };
  }

  private async made(id: number, parent: Candidate, signal: AbortSignal | undefined): Promise<Omit<Plan, 'queries'>> {
    const { candidates } = this.board;
    const { settings, random } = this;
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

  /** The candidate that children come from. */
  root(): Candidate {
    return this.parentOf(this.board.candidates);
  }

  private parentOf(candidates: readonly Candidate[]): Candidate {
    const { parent } = this.settings;
    if (parent === 'fronts' || (parent === 'mixed' && this.random.uniform() < 0.5))
      return candidates[
        sampleParent(
          candidates.map((candidate) => this.board.judgedScores(candidate)),
          this.random,
        )
      ]!;
    const estimates = this.board.estimates();
    const worth = (candidate: Candidate): number => estimates.get(candidate.id)!;
    if (parent === 'mixed') return candidates.reduce((a, b) => (worth(b) > worth(a) ? b : a));
    const draws = candidates.map((candidate) => {
      const estimate = worth(candidate);
      const rows = this.board.judgedScores(candidate).size + 1;
      return estimate + Math.sqrt(Math.max(0.01, estimate * (1 - estimate)) / rows) * this.random.normal();
    });
    return candidates[draws.indexOf(Math.max(...draws))]!;
  }

  /** The next rows of an epoch, until there are enough mistakes among them; of more than a few rows the mistakes and one that is right. */
  private async nextRows(parent: Candidate, signal: AbortSignal | undefined): Promise<number[]> {
    const { shown, mistakes } = this.settings;
    const isWrong = (row: number): boolean => !this.task.solved(parent.scores.get(row)!);
    const rows: number[] = [];
    const most = Math.min(mistakes > 0 ? MOST_ROWS : shown, this.task.shown.length);
    for (let more = shown; more > 0; more = rows.filter(isWrong).length < mistakes ? Math.min(AT_ONCE, most - rows.length) : 0) {
      const next = this.draw(more).filter((row) => !rows.includes(row));
      await this.board.score([{ candidate: parent, rows: next }], signal);
      rows.push(...next);
    }
    const wrong = rows.filter(isWrong);
    if (mistakes === 0 || wrong.length === 0) return rows;
    return [...wrong.slice(0, mistakes + 1), ...rows.filter((row) => !isWrong(row)).slice(0, 1)];
  }

  private draw(count: number): number[] {
    if (this.epoch.length < count) this.epoch = this.random.shuffled(this.task.shown.length);
    return this.epoch.splice(0, count);
  }

  save(): PlannerState {
    return { epoch: [...this.epoch] };
  }

  restore({ epoch }: PlannerState): void {
    this.epoch = [...epoch];
  }
}
