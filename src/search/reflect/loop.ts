import type { Random } from '../../method/random';
import { PreferenceBandit, type Preferences } from '../bandit';
import { Board, OutOfQueries, type BoardState } from './board';
import type { Candidate } from './candidate';
import { childOf, withExamples, type ChildLimits } from './child';
import { gainOf, racingGate, strictGate } from './gate';
import { request, type Operator } from './operators/operators';
import { Planner, type Plan, type PlannerState } from './planner';
import type { Answered, CandidateRecord, GateRecord, GateRow } from './record';
import { FINALISTS, START_ROWS, VALIDATE } from './settings';
import type { Proposed, ReflectTask } from './task';

export interface ReflectOptions extends ChildLimits {
  /** Instructions to start from; the first is the one to improve. */
  readonly start: readonly string[];
}

export interface ReflectState {
  readonly board: BoardState;
  readonly bandit: Preferences;
  readonly planner: PlannerState;
  readonly order: readonly number[];
  readonly next: number;
  readonly idle: number;
  readonly steps: number;
  readonly spent: boolean;
  readonly random: readonly number[];
}

/**
 * Improves instructions by reflection: a model sees a candidate with some of its mistakes and proposes a child, which must win
 * against its parent on the same rows before further rows tell how good it is.
 */
export class ReflectLoop {
  readonly board: Board;
  readonly bandit: PreferenceBandit<Operator>;
  private readonly planner: Planner;
  /** Order in which rows tell how good a candidate is, the same for all. */
  private order: number[] = [];
  /** Candidates and proposals so far; the next one's id. */
  private next = 0;
  /** Proposals in a row that took no query. */
  idle = 0;
  steps = 0;
  /** The queries do not suffice for another proposal. */
  spent = false;

  constructor(
    private readonly task: ReflectTask,
    private readonly options: ReflectOptions,
    private readonly random: Random,
  ) {
    const { settings } = options;
    this.board = new Board(task);
    this.bandit = new PreferenceBandit(settings.operators);
    this.planner = new Planner(task, settings, this.board, this.bandit, random);
  }

  /** Scores the instructions to start from: the first on some rows, the others while they may be as good. */
  async begin(signal?: AbortSignal): Promise<CandidateRecord[]> {
    return this.transaction(async () => {
      this.order = this.random.shuffled(this.board.judged.length).map((i) => this.board.judged[i]!);
      const records: CandidateRecord[] = [];
      for (const text of this.options.start) {
        const instruction = this.task.asScored(text);
        const before = this.task.queries;
        const candidate = this.candidate(this.next++, { instruction, examples: [], parents: [], operator: 'start' });
        const [first] = this.board.candidates;
        try {
          if (first) await this.validate(candidate, first, signal);
        } catch (error) {
          this.outOfQueries(error);
          break;
        }
        if (!first) await this.board.score([{ candidate, rows: this.order.slice(0, START_ROWS) }], signal);
        this.board.candidates.push(candidate);
        records.push(this.record(candidate, { state: 'kept' }, before));
      }
      return records;
    });
  }

  /** Proposes, gates and validates a few children. When the signal aborts, the loop is as it was before. */
  async step(signal?: AbortSignal): Promise<CandidateRecord[]> {
    return this.transaction(async () => {
      this.steps++;
      const plans: Plan[] = [];
      try {
        const parallel = Math.min(this.options.settings.parallel, this.task.callsLeft);
        for (let i = 0; i < parallel; i++) plans.push(await this.planner.plan(this.next++, signal));
      } catch (error) {
        this.outOfQueries(error);
      }
      const answers = await Promise.all(plans.map((plan) => this.ask(plan, signal)));
      const records: CandidateRecord[] = [];
      // In the order of the plans, whichever answer came first.
      for (const [i, plan] of plans.entries()) {
        if (this.spent) break;
        records.push(await this.attempt(plan, answers[i]!, signal));
      }
      return records;
    });
  }

  /** The best candidates, with scores on all rows. */
  async finalists(signal?: AbortSignal): Promise<Candidate[]> {
    const best = this.board.ranked.slice(0, FINALISTS);
    const rows = Array.from({ length: this.task.size }, (_, row) => row);
    await this.transaction(() =>
      this.board.score(
        best.map((candidate) => ({ candidate, rows })),
        signal,
        true,
      ),
    );
    return best;
  }

  /** Instruction and examples as they go into the template. */
  text({ instruction, examples }: Pick<Candidate, 'instruction' | 'examples'>): string {
    return withExamples(instruction, examples, this.task);
  }

  private async ask({ id, operator, parent, second, rows }: Plan, signal: AbortSignal | undefined): Promise<Proposed | 'perfect' | 'none'> {
    if (operator === 'examples') return 'none';
    if (rows.length > 0 && rows.every((row) => this.task.solved(parent.scores.get(row)!))) return 'perfect';
    const shown = rows.map((row) => {
      const { got = '', reason } = this.board.outcome(parent, row) ?? {};
      return { ...this.task.shown[row]!, got, ...(reason !== undefined && { reason }) };
    });
    const { instruction } = parent;
    const { frozen } = this.options;
    return this.task.propose(
      id,
      request(operator, { instruction, ...(second && { second: second.instruction }), rows: shown, frozen }),
      signal,
    );
  }

  private async attempt(plan: Plan, answer: Proposed | 'perfect' | 'none', signal: AbortSignal | undefined): Promise<CandidateRecord> {
    const { id, operator, parent, second } = plan;
    const { task, board, bandit } = this;
    const asked = task.queries;
    const before = asked - plan.queries;
    const parents = [parent.id, ...(second ? [second.id] : [])];
    const usage = typeof answer === 'string' ? {} : { proposer: answer.usage };
    const made =
      answer === 'perfect'
        ? { refused: 'perfect' as const }
        : childOf(plan, answer === 'none' ? undefined : answer.text, this.options, task, board);
    const reason = 'reason' in made && made.reason !== undefined ? { reason: made.reason } : {};
    if ('refused' in made) {
      this.idle++;
      if (made.refused !== 'perfect') bandit.learn(operator, 0);
      const { text: _, ...rest } = this.record(this.candidate(id, { ...plan.parent, parents, operator }), { state: 'refused' }, before);
      return { ...rest, refused: made.refused, ...reason, ...usage };
    }
    const child = this.candidate(id, { instruction: made.instruction, examples: made.examples, parents, operator });
    const about = { ...reason, ...usage };
    let gate: GateRecord;
    try {
      gate = await this.gate(child, parent, plan.gate, signal);
      this.idle = task.queries > asked ? 0 : this.idle + 1;
      bandit.learn(operator, gate.gain);
      if (!gate.passed || !(await this.validate(child, parent, signal)))
        return this.record(child, { state: 'dropped', gate, ...about }, before);
    } catch (error) {
      this.outOfQueries(error);
      return this.record(child, { state: 'refused', refused: 'queries', ...about }, before);
    }
    board.candidates.push(child);
    return this.record(child, { state: 'kept', gate, ...about }, before);
  }

  /** Child against parent on the same rows, none of which either shows as an example. */
  private async gate(child: Candidate, parent: Candidate, shown: readonly number[], signal: AbortSignal | undefined): Promise<GateRecord> {
    const { settings } = this.options;
    const growth = this.task.tokens(this.text(child)) - this.task.tokens(this.text(parent));
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

  /** Scores rows while the candidate may still be better than its rival and is not surely so; says whether it may be. */
  private async validate(candidate: Candidate, rival: Candidate, signal: AbortSignal | undefined): Promise<boolean> {
    const race = this.options.settings.validation === 'race';
    for (let asked = 0; asked < this.order.length; asked += VALIDATE.more) {
      const rows = this.order.slice(asked, race ? asked + VALIDATE.more : undefined);
      await this.board.score(race ? [candidate, rival].map((each) => ({ candidate: each, rows })) : [{ candidate, rows }], signal);
      if (!race) return true;
      const { better } = gainOf(this.differences(candidate, rival, this.order.slice(0, asked + VALIDATE.more)));
      if (better < VALIDATE.hopeless) return false;
      if (better > VALIDATE.sure) return true;
    }
    return true;
  }

  private candidate(id: number, made: Pick<Candidate, 'instruction' | 'examples' | 'parents' | 'operator'>): Candidate {
    return { ...made, id, scores: new Map() };
  }

  private record(candidate: Candidate, about: Pick<CandidateRecord, 'state'> & Partial<CandidateRecord>, before: number): CandidateRecord {
    const { id, parents, operator, examples } = candidate;
    const validation = this.board.validation(candidate);
    const { queries } = this.task;
    return {
      id,
      parents,
      operator,
      text: this.text(candidate),
      examples: examples.length,
      ...(validation.rows > 0 && { validation }),
      queries: queries - before,
      queriesSoFar: queries,
      step: this.steps,
      ...about,
    };
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

  private outOfQueries(error: unknown): void {
    if (!(error instanceof OutOfQueries)) throw error;
    this.spent = true;
  }

  /** Does something as a whole: if it throws, the loop is as it was before. */
  private async transaction<T>(work: () => Promise<T>): Promise<T> {
    const { board: _, ...before } = this.save();
    this.board.mark();
    try {
      return await work();
    } catch (error) {
      this.board.reset();
      this.restoreOwn(before);
      throw error;
    }
  }

  save(): ReflectState {
    const { board, bandit, planner, order, next, idle, steps, spent, random } = this;
    return { board: board.save(), bandit: bandit.save(), planner: planner.save(), order, next, idle, steps, spent, random: random.state };
  }

  restore({ board, ...own }: ReflectState): void {
    this.board.restore(board);
    this.restoreOwn(own);
  }

  private restoreOwn({ bandit, planner, order, next, idle, steps, spent, random }: Omit<ReflectState, 'board'>): void {
    this.bandit.restore(bandit);
    this.planner.restore(planner);
    this.order = [...order];
    [this.next, this.idle, this.steps, this.spent] = [next, idle, steps, spent];
    this.random.state = random;
  }
}

/** Characters of a text in a record. */
const LENGTH = 200;

function cut(text: string): string {
  const characters = Array.from(text.slice(0, 4 * LENGTH));
  return characters.length > LENGTH || text.length > 4 * LENGTH ? `${characters.slice(0, LENGTH - 1).join('')}…` : text;
}
