import type { Random } from '../../method/random';
import { PreferenceBandit, type Preferences } from '../bandit';
import { Board, OutOfQueries, type BoardState } from './board';
import { formOf, type Candidate } from './candidate';
import { childOf, withExamples, type ChildLimits } from './child';
import { request, type Operator } from './operators/operators';
import { Planner, type Plan, type PlannerState } from './planner';
import type { CandidateRecord, CandidateUpdate, GateRecord } from './record';
import { FINALISTS, PREFERRED, PROMOTED, START_ROWS } from './settings';
import type { Proposed, ReflectTask } from './task';
import { Trials } from './trials';

interface ReflectOptions extends ChildLimits {
  /** Instructions to start from; the first is the one to improve. */
  readonly start: readonly string[];
}

/** Children one after the other, each of which won against the one before it. Only the last is scored on further rows. */
interface Chain {
  /** The candidate that it started from. */
  readonly root: Candidate;
  readonly head: Candidate;
  /** Ids of the children, the head last. */
  readonly links: readonly number[];
  /** Proposals in a row that led nowhere. */
  readonly failed: number;
}

export interface ReflectState {
  readonly board: BoardState;
  readonly bandit: Preferences;
  readonly planner: PlannerState;
  readonly order: readonly number[];
  readonly chains: readonly (Omit<Chain, 'root'> & { readonly root: number })[];
  readonly next: number;
  readonly idle: number;
  readonly steps: number;
  readonly spent: boolean;
  readonly random: readonly number[];
}

type Lines = (CandidateRecord | CandidateUpdate)[];

/**
 * Improves instructions by reflection: a model sees a candidate with some of its mistakes and proposes a child, which must win
 * against its parent on the same rows. After a few such children, further rows tell how good the last one is.
 */
export class ReflectLoop {
  readonly board: Board;
  readonly bandit: PreferenceBandit<Operator>;
  private readonly planner: Planner;
  private readonly trials: Trials;
  private chains: Chain[] = [];
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
    this.bandit = new PreferenceBandit(settings.operators, { reflect: PREFERRED });
    this.planner = new Planner(task, settings, this.board, this.bandit, random);
    this.trials = new Trials(task, settings, this.board, random);
  }

  /** Scores the instructions to start from: the first on some rows, the others while they may be as good. */
  async begin(signal?: AbortSignal): Promise<Lines> {
    return this.transaction(async () => {
      this.trials.begin();
      const records: Lines = [];
      for (const text of this.options.start) {
        const instruction = this.task.asScored(text);
        const before = this.task.queries;
        const candidate = this.candidate(this.next++, { instruction, examples: [], parents: [], operator: 'start' });
        const [first] = this.board.candidates;
        try {
          if (first) await this.trials.validate(candidate, first, signal);
        } catch (error) {
          this.outOfQueries(error);
          break;
        }
        if (!first) await this.board.score([{ candidate, rows: this.trials.order.slice(0, START_ROWS) }], signal);
        this.board.candidates.push(candidate);
        records.push(this.record(candidate, { state: 'kept' }, before));
      }
      return records;
    });
  }

  /** Adds a child to each chain, and scores the last of those that are complete. When the signal aborts, the loop is as it was before. */
  async step(signal?: AbortSignal): Promise<Lines> {
    return this.transaction(async () => {
      this.steps++;
      const plans: Plan[] = [];
      try {
        const parallel = Math.min(this.options.settings.parallel, this.task.callsLeft);
        for (let c = 0; c < parallel; c++) {
          const root = this.chains[c]?.root ?? this.planner.root();
          this.chains[c] ??= { root, head: root, links: [], failed: 0 };
          plans.push(await this.planner.plan(this.next++, this.chains[c]!.head, signal));
        }
      } catch (error) {
        this.outOfQueries(error);
      }
      const answers = await Promise.all(plans.map((plan) => this.ask(plan, signal)));
      const lines: Lines = [];
      // In the order of the plans, whichever answer came first.
      for (const [c, plan] of plans.entries()) {
        if (this.spent) break;
        const { child, record } = await this.attempt(plan, answers[c]!, signal);
        lines.push(record);
        const chain = this.chains[c]!;
        this.chains[c] = child
          ? { ...chain, head: child, links: [...chain.links, child.id], failed: 0 }
          : { ...chain, failed: chain.failed + 1 };
      }
      lines.push(
        ...(await this.complete(
          this.chains.filter((chain) => this.isComplete(chain)),
          signal,
        )),
      );
      return lines;
    });
  }

  /**
   * The best candidates, with scores on all rows, once those have theirs that won their last gate. Where the first has an
   * instruction and examples, each of these alone as well, so that one table says what they are worth.
   */
  async finalists(signal?: AbortSignal): Promise<{ readonly best: Candidate[]; readonly lines: Lines }> {
    return this.transaction(async () => {
      const lines = await this.complete([...this.chains], signal);
      const best = this.board.ranked.slice(0, FINALISTS);
      const rows = Array.from({ length: this.task.size }, (_, row) => row);
      const scored = (candidates: readonly Candidate[]): Promise<void> =>
        this.board.score(
          candidates.map((candidate) => ({ candidate, rows })),
          signal,
          true,
        );
      await scored(best);
      for (const part of this.partsOf(best[0]!)) {
        const before = this.task.queries;
        try {
          await scored([part]);
        } catch (error) {
          this.outOfQueries(error);
          break;
        }
        if (!this.board.candidates.includes(part)) lines.push(this.record(part, { state: 'kept' }, before));
        if (!best.includes(part)) best.push(part);
      }
      lines.push(...best.map((candidate) => ({ id: candidate.id, validation: this.board.validation(candidate) })));
      return { best, lines };
    });
  }

  /** Instruction and examples of a candidate that has both, each alone; frozen passages cannot be left out. */
  private partsOf(candidate: Candidate): Candidate[] {
    if (formOf(candidate) !== 'both') return [];
    const { instruction, examples, id } = candidate;
    const parts = [{ instruction, examples: [] }, ...(this.options.frozen.length > 0 ? [] : [{ instruction: '', examples }])];
    return parts.map(
      (part) =>
        this.board.candidates.find((known) => known.instruction === part.instruction && known.examples.join() === part.examples.join()) ??
        this.candidate(this.next++, { ...part, parents: [id], operator: 'examples' }),
    );
  }

  /** Instruction and examples as they go into the template. */
  text({ instruction, examples }: Pick<Candidate, 'instruction' | 'examples'>): string {
    return withExamples(instruction, examples, this.task);
  }

  private isComplete({ links, failed }: Chain): boolean {
    const { chain, failures } = this.options.settings;
    return links.length >= chain || failed >= failures;
  }

  /** Scores the heads of chains against their roots; those that may be better become candidates. */
  private async complete(chains: readonly Chain[], signal: AbortSignal | undefined): Promise<Lines> {
    const lines: Lines = [];
    for (const { root, head, links } of chains) {
      if (links.length === 0) continue;
      const before = this.task.queries;
      let stays = false;
      try {
        stays = await this.trials.validate(head, root, signal);
        if (stays) this.board.candidates.push(head);
        if (stays && this.options.settings.promote) await this.promote(signal);
      } catch (error) {
        this.outOfQueries(error);
      }
      const validation = this.board.validation(head);
      const more = { furtherQueries: this.task.queries - before, ...(validation.rows > 0 && { validation }) };
      lines.push(...(stays ? [] : links.slice(0, -1).map((id) => ({ id, state: 'dropped' as const }))));
      lines.push({ id: head.id, state: stays ? 'kept' : 'dropped', ...more });
    }
    this.chains = this.chains.filter((chain) => !chains.includes(chain));
    return lines;
  }

  /** The best gets scores on the rows that requests show, too: its estimate is what is recommended. */
  private async promote(signal: AbortSignal | undefined): Promise<void> {
    const rows = this.task.shown.map((_, row) => row);
    for (let times = 0; times < PROMOTED; times++) {
      const best = this.board.ranked[0]!;
      if (rows.every((row) => best.scores.has(row))) return;
      await this.board.score([{ candidate: best, rows }], signal);
    }
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

  /** What comes of an answer: a child that won at the gate, or none. */
  private async attempt(
    plan: Plan,
    answer: Proposed | 'perfect' | 'none',
    signal: AbortSignal | undefined,
  ): Promise<{ readonly child?: Candidate; readonly record: CandidateRecord }> {
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
    const said = typeof answer !== 'string' && answer.text === undefined ? answer.problem : 'reason' in made ? made.reason : undefined;
    const reason = said === undefined ? {} : { reason: said };
    if ('refused' in made) {
      this.idle++;
      if (made.refused !== 'perfect') bandit.learn(operator, 0);
      const { text: _, validation: _rows, ...rest } = this.record({ ...parent, id, parents, operator }, { state: 'refused' }, before);
      return { record: { ...rest, refused: made.refused, ...reason, ...usage } };
    }
    const child = this.candidate(id, { instruction: made.instruction, examples: made.examples, parents, operator });
    const about = { ...reason, ...usage };
    let gate: GateRecord;
    try {
      gate = await this.trials.gate(child, parent, plan.gate, signal);
    } catch (error) {
      this.outOfQueries(error);
      return { record: this.record(child, { state: 'refused', refused: 'queries', ...about }, before) };
    }
    this.idle = task.queries > asked ? 0 : this.idle + 1;
    bandit.learn(operator, gate.gain);
    if (!gate.passed) return { record: this.record(child, { state: 'dropped', gate, ...about }, before) };
    return { child, record: this.record(child, { state: 'kept', gate, ...about }, before) };
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
    const { board, bandit, planner, trials, next, idle, steps, spent, random } = this;
    const chains = this.chains.map(({ root, ...chain }) => ({ ...chain, root: root.id }));
    return {
      board: board.save(),
      bandit: bandit.save(),
      planner: planner.save(),
      order: trials.order,
      chains,
      next,
      idle,
      steps,
      spent,
      random: random.state,
    };
  }

  restore({ board, ...own }: ReflectState): void {
    this.board.restore(board);
    this.restoreOwn(own);
  }

  private restoreOwn({ bandit, planner, order, chains, next, idle, steps, spent, random }: Omit<ReflectState, 'board'>): void {
    this.bandit.restore(bandit);
    this.planner.restore(planner);
    this.trials.order = order;
    this.chains = chains.map((chain) => {
      const root = this.board.candidates.find(({ id }) => id === chain.root)!;
      return { ...chain, root, head: chain.links.length === 0 ? root : chain.head };
    });
    [this.next, this.idle, this.steps, this.spent] = [next, idle, steps, spent];
    this.random.state = random;
  }
}
