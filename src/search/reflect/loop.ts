import type { Random } from '../../method/random';
import { PreferenceBandit, type Preferences } from '../bandit';
import { probabilityPositive } from '../studentT';
import { Board, OutOfQueries, type BoardState } from './board';
import type { Attempt, Candidate, Gate } from './candidate';
import { sampleParent } from './fronts';
import { racingGate, strictGate } from './gate';
import { request, type Operator } from './operators/operators';
import { proposal, type Refusal } from './proposal';
import { EXAMPLES, FINALISTS, GATE, VALIDATE, type ReflectSettings } from './settings';
import type { ReflectTask } from './task';

export interface ReflectOptions {
  readonly settings: ReflectSettings;
  readonly maxTokens: number;
  /** Passages that every instruction keeps. */
  readonly frozen: readonly string[];
  /** Instructions to start from; the first is the one to improve. */
  readonly start: readonly string[];
}

interface Plan {
  readonly operator: Operator;
  readonly parent: Candidate;
  readonly second?: Candidate;
  /** Train rows in the request, or as examples. */
  readonly rows: readonly number[];
}

export interface ReflectState {
  readonly board: BoardState;
  readonly bandit: Preferences;
  readonly epoch: readonly number[];
  readonly order: readonly number[];
  readonly spent: boolean;
  readonly random: readonly number[];
}

/**
 * Improves instructions by reflection: a candidate that is best on some rows is shown, with its mistakes, to a model, which
 * proposes a child. The child must win against its parent on the same train rows; then validation rows, which no request
 * ever shows, tell how good it is.
 */
export class ReflectLoop {
  readonly board: Board;
  readonly bandit: PreferenceBandit<Operator>;
  /** Train rows that the next requests show, in GEPA's way. */
  private epoch: number[] = [];
  /** Order in which validation rows are used, the same for all candidates. */
  private order: number[] = [];
  /** The queries do not suffice for another proposal. */
  spent = false;

  constructor(
    private readonly task: ReflectTask,
    private readonly options: ReflectOptions,
    private readonly random: Random,
  ) {
    this.board = new Board(task);
    this.bandit = new PreferenceBandit(options.settings.operators);
  }

  /** Scores the instructions to start from. The first gets all validation rows, the others race it. */
  async begin(signal?: AbortSignal): Promise<void> {
    this.order = this.shuffled(this.task.validationSize);
    for (const instruction of this.options.start) {
      const candidate = this.candidate({ instruction, examples: [], parents: [], operator: 'start' });
      const rows = this.shuffled(this.task.train.length).slice(0, GATE.first);
      await this.board.score([{ candidate, split: 'train', rows }], signal);
      await this.validate(candidate, this.board.candidates[0], signal);
      this.board.candidates.push(candidate);
    }
  }

  /** Proposes, gates and validates a few children. When the signal aborts, the loop is as it was before. */
  async step(signal?: AbortSignal): Promise<Attempt[]> {
    const { random, bandit, epoch, spent } = this;
    const before = { random: random.state, bandit: bandit.save(), epoch: [...epoch], spent };
    this.board.mark();
    try {
      const plans: Plan[] = [];
      try {
        for (let i = 0; i < this.options.settings.parallel; i++) plans.push(await this.plan(signal));
      } catch (error) {
        this.outOfQueries(error);
      }
      const answers = await Promise.all(plans.map((plan) => this.ask(plan, signal)));
      const attempts: Attempt[] = [];
      // In the order of the plans, whichever answer came first.
      for (const [i, plan] of plans.entries()) {
        if (this.spent) break;
        attempts.push(await this.attempt(plan, answers[i], signal));
      }
      return attempts;
    } catch (error) {
      this.board.reset();
      this.bandit.restore(before.bandit);
      this.random.state = before.random;
      [this.epoch, this.spent] = [before.epoch, before.spent];
      throw error;
    }
  }

  /** The best candidates, with scores on all rows. */
  async finalists(signal?: AbortSignal): Promise<Candidate[]> {
    const best = this.board.ranked.slice(0, FINALISTS);
    const all = (size: number): number[] => Array.from({ length: size }, (_, row) => row);
    const { train, validationSize } = this.task;
    const jobs = best.flatMap((candidate) => [
      { candidate, split: 'train' as const, rows: all(train.length) },
      { candidate, split: 'validation' as const, rows: all(validationSize) },
    ]);
    await this.board.score(jobs, signal, true);
    return best;
  }

  /** Instruction and examples as they go into the template. */
  text({ instruction, examples }: Pick<Candidate, 'instruction' | 'examples'>): string {
    return withExamples(instruction, examples, this.task);
  }

  private async plan(signal: AbortSignal | undefined): Promise<Plan> {
    const { candidates } = this.board;
    const { settings } = this.options;
    const pick = (from: readonly Candidate[]): Candidate =>
      from[
        sampleParent(
          from.map(({ validation }) => validation),
          this.random,
        )
      ]!;
    const parent = pick(candidates);
    const others = candidates.filter(({ instruction }) => instruction !== parent.instruction);
    const possible = settings.operators.filter((operator) => operator !== 'recombine' || others.length > 0);
    const operator = settings.learnOperators ? this.bandit.choose(possible, this.random) : possible[this.random.below(possible.length)]!;
    if (operator === 'recombine') return { operator, parent, second: pick(others), rows: [] };
    if (operator === 'examples') {
      // Half of those that show examples show none again.
      const drop = parent.examples.length > 0 && this.random.uniform() < 0.5;
      return { operator, parent, rows: drop ? [] : this.shuffled(this.task.train.length).slice(0, EXAMPLES) };
    }
    if (operator === 'shorten' || operator === 'rephrase') return { operator, parent, rows: [] };
    return { operator, parent, rows: await this.rowsToShow(parent, signal) };
  }

  /** The parent's mistakes that are known already, and one row that it got right; further rows where it has made none yet. */
  private async rowsToShow(parent: Candidate, signal: AbortSignal | undefined): Promise<number[]> {
    const { shown, knownMistakes } = this.options.settings;
    if (!knownMistakes) {
      if (this.epoch.length < shown) this.epoch = this.shuffled(this.task.train.length);
      const rows = this.epoch.splice(0, shown);
      await this.board.score([{ candidate: parent, split: 'train', rows }], signal);
      return rows;
    }
    const mistakes = (): number[] => [...parent.train].flatMap(([row, score]) => (score < 1 ? [row] : []));
    const unknown = this.shuffled(this.task.train.length).filter((row) => !parent.train.has(row) && !parent.examples.includes(row));
    while (mistakes().length === 0 && unknown.length > 0)
      await this.board.score([{ candidate: parent, split: 'train', rows: unknown.splice(0, GATE.first) }], signal);
    const right = [...parent.train].flatMap(([row, score]) => (score === 1 ? [row] : []));
    const some = (rows: readonly number[], count: number): number[] => this.pick(rows, count);
    const wrong = some(mistakes(), shown - 1);
    return [...wrong, ...some(right, shown - wrong.length > 0 ? 1 : 0)];
  }

  private async ask({ operator, parent, second, rows }: Plan, signal: AbortSignal | undefined): Promise<string | undefined> {
    if (operator === 'examples') return undefined;
    const shown = rows.map((row) => {
      const { got = '', reason } = this.board.outcome(parent, row) ?? {};
      const { input, expected } = this.task.train[row]!;
      return { input, expected, got, ...(reason !== undefined && { reason }) };
    });
    if (shown.length > 0 && rows.every((row) => parent.train.get(row) === 1)) return undefined;
    return this.task.propose(
      request(operator, {
        instruction: parent.instruction,
        ...(second && { second: second.instruction }),
        rows: shown,
        frozen: this.options.frozen,
      }),
      signal,
    );
  }

  private async attempt(plan: Plan, answer: string | undefined, signal: AbortSignal | undefined): Promise<Attempt> {
    const { operator, parent, second } = plan;
    const parents = [parent.id, ...(second ? [second.id] : [])];
    const made = this.child(plan, answer);
    if (typeof made === 'string') {
      this.bandit.learn(operator, 0);
      return { operator, parents, refused: made };
    }
    const child = this.candidate({ ...made, parents, operator });
    const { instruction, examples } = child;
    let gate: Gate;
    try {
      gate = await this.gate(child, parent, plan.rows, signal);
      this.bandit.learn(operator, gate.gain);
      if (!gate.passed) return { operator, parents, instruction, examples, gate };
      const valid = await this.validate(child, parent, signal);
      if (!valid) return { operator, parents, instruction, examples, gate: { ...gate, passed: false } };
    } catch (error) {
      this.outOfQueries(error);
      return { operator, parents, instruction, examples, refused: 'queries' };
    }
    this.board.candidates.push(child);
    return { operator, parents, id: child.id, instruction, examples, gate };
  }

  /** What the proposal makes of its parent, or why it is refused. */
  private child({ operator, parent, rows }: Plan, answer: string | undefined): Pick<Candidate, 'instruction' | 'examples'> | Refusal {
    const { maxTokens, frozen, settings } = this.options;
    const { train } = this.task;
    const tokens = (text: string): number => this.task.tokens(text);
    const known = (instruction: string, examples: readonly number[]): boolean =>
      this.board.candidates.some((each) => each.instruction === instruction && each.examples.join() === examples.join());
    if (operator === 'examples') {
      const { instruction } = parent;
      if (known(instruction, rows)) return 'known';
      return tokens(withExamples(instruction, rows, this.task)) > maxTokens ? 'tooLong' : { instruction, examples: rows };
    }
    if (answer === undefined) return rows.length > 0 && rows.every((row) => parent.train.get(row) === 1) ? 'perfect' : 'failed';
    const { examples } = parent;
    const checked = proposal(answer, {
      maxTokens: maxTokens - tokens(withExamples('', examples, this.task)),
      tokens,
      frozen,
      rows: settings.copyGuard ? train.map(({ input }) => input) : undefined,
      known: (instruction) => known(instruction, examples),
    });
    return 'refused' in checked ? checked.refused : { ...checked, examples };
  }

  /** Child against parent on the same train rows, none of which either shows as an example. */
  private gate(child: Candidate, parent: Candidate, shown: readonly number[], signal: AbortSignal | undefined): Promise<Gate> {
    const { settings } = this.options;
    const growth = this.task.tokens(this.text(child)) - this.task.tokens(this.text(parent));
    const penalty = (settings.lengthPenalty * growth) / 100;
    const differences = async (rows: readonly number[]): Promise<number[]> => {
      await this.board.score(
        [child, parent].map((candidate) => ({ candidate, split: 'train' as const, rows })),
        signal,
      );
      return rows.map((row) => child.train.get(row)! - parent.train.get(row)! - penalty);
    };
    if (settings.gate === 'strict') return strictGate(shown, differences);
    const hidden = new Set([...child.examples, ...parent.examples]);
    // The rows of the request first: there the child has something to win, and others tell what it loses.
    const rows = [...new Set([...shown, ...this.shuffled(this.task.train.length)])];
    return racingGate(
      rows.filter((row) => !hidden.has(row)),
      differences,
    );
  }

  /** Scores validation rows while the candidate may still be better than its rival; says whether it may be. */
  private async validate(candidate: Candidate, rival: Candidate | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    const race = this.options.settings.validation === 'race' && rival;
    const { more, hopeless } = VALIDATE;
    for (let asked = 0; asked < this.order.length; asked += more) {
      const rows = this.order.slice(asked, race ? asked + more : undefined);
      await this.board.score([{ candidate, split: 'validation', rows }], signal);
      if (!race) return true;
      const differences = [...candidate.validation].map(([row, score]) => score - (rival.validation.get(row) ?? NaN));
      if (probabilityPositive(differences.filter((x) => !Number.isNaN(x))) < hopeless) return false;
    }
    return true;
  }

  private candidate(made: Pick<Candidate, 'instruction' | 'examples' | 'parents' | 'operator'>): Candidate {
    return { ...made, id: this.board.candidates.length, train: new Map(), validation: new Map() };
  }

  private outOfQueries(error: unknown): void {
    if (!(error instanceof OutOfQueries)) throw error;
    this.spent = true;
  }

  private shuffled(size: number): number[] {
    return this.pick(
      Array.from({ length: size }, (_, row) => row),
      size,
    );
  }

  /** Some of the rows, in random order (Fisher and Yates). */
  private pick(rows: readonly number[], count: number): number[] {
    const all = [...rows];
    for (let i = all.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1);
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    return all.slice(0, count);
  }

  save(): ReflectState {
    const { board, bandit, epoch, order, spent, random } = this;
    return { board: board.save(), bandit: bandit.save(), epoch, order, spent, random: random.state };
  }

  restore({ board, bandit, epoch, order, spent, random }: ReflectState): void {
    this.board.restore(board);
    this.bandit.restore(bandit);
    [this.epoch, this.order, this.spent] = [[...epoch], [...order], spent];
    this.random.state = random;
  }
}

/** An instruction and the train rows that it shows. */
export function withExamples(instruction: string, examples: readonly number[], { train }: Pick<ReflectTask, 'train'>): string {
  const shown = examples.map((row) => `Input: ${train[row]!.input}\nOutput: ${train[row]!.expected}`);
  return [instruction, ...shown].filter((part) => part !== '').join('\n\n');
}
