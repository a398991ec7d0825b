import type { Spent, TaskModel } from '../model/taskModel';
import { costOf, money, priceOf, type Price } from '../spec/price';
import type { Spec } from '../spec/spec';
import type { ProposerUse, TokenUse } from './result';
import type { Checkpoint } from './store/checkpoint';

type Saved = Pick<Checkpoint, 'spent' | 'spentBefore'>;

/**
 * What the task model takes in a run, in all and by search, across interruptions. What a process sent between its last checkpoint
 * and its end is not known to the next one.
 */
export class Spending {
  private readonly atStart: Spent | undefined;
  /** When the search under way began. */
  private before: Spent | undefined;

  /** @param saved of a checkpoint; that of an earlier version does not know */
  constructor(
    private readonly model: Pick<TaskModel, 'spent'>,
    private readonly saved: Saved = { spent: { tokens: 0, counted: true } },
  ) {
    this.atStart = model.spent;
    this.before = saved.spentBefore;
  }

  /** Undefined where the model runs here. */
  get total(): Spent | undefined {
    const { spent } = this.model;
    const { spent: earlier } = this.saved;
    return spent && earlier && plus(earlier, spent, -this.atStart!.tokens);
  }

  /** A search begins, or continues where a checkpoint left it. */
  begin(): void {
    this.before ??= this.total;
  }

  /** The search has ended: what it took. */
  end(): Spent | undefined {
    const { total, before } = this;
    this.before = undefined;
    return total && before && plus(total, { ...before, tokens: 0 }, -before.tokens);
  }

  save(): Saved {
    return { spent: this.total, spentBefore: this.before };
  }
}

function plus(first: Spent, second: Spent, tokens: number): Spent {
  return { tokens: first.tokens + second.tokens + tokens, counted: first.counted && second.counted };
}

export function withCost<T extends Spent>(use: T, perMillion: number | undefined, price: Price | undefined): T & TokenUse {
  const cost = costOf(use.tokens, perMillion, price);
  return { ...use, ...(cost !== undefined && { cost }) };
}

/** What task model and proposers cost together; undefined where the price of one of them is not known. */
export function totalCost(spec: Spec, taskModel: Spent | undefined, proposers: readonly ProposerUse[]): string | undefined {
  const price = priceOf(spec);
  const parts = [
    ...(taskModel ? [[taskModel.tokens, price?.taskModel] as const] : []),
    ...proposers.map(({ tokens }) => [tokens, price?.proposer] as const),
  ];
  const amounts = parts.map(([tokens, perMillion]) => (tokens * (perMillion ?? NaN)) / 1e6);
  const sum = amounts.reduce((a, b) => a + b, 0);
  return parts.length > 0 && !Number.isNaN(sum) ? money(sum, price) : undefined;
}
