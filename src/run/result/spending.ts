import type { RequestLog, Spent, TaskModel } from '../../model/taskModel';
import { costOf, money, priceOf, type Price } from '../../spec/price';
import type { Spec } from '../../spec/spec';
import type { ProposerUse, TokenUse } from './result';
import type { Checkpoint } from '../store/checkpoint';
import type { Lines } from '../store/runWriter';

/** A line of `requests.jsonl`: a request before it is sent, or what the task model took since the line before, once one has ended. */
export type RequestLine = 'sent' | Spent;

const NOTHING: Spent = { tokens: 0, counted: true };

/** What the task model takes in a run, in all and by search, across interruptions; undefined where it runs here. */
export class Spending implements RequestLog {
  /** Requests that had no answer when a process of the run ended. */
  readonly lost: number;
  /** What the lines so far add up to, over all processes, and what the model had taken in this one by the last of them. */
  private sum: Spent;
  private told: Spent | undefined;
  /** The total when the search under way began, or the next one begins. */
  private before: Spent | undefined;

  /** @param resumed the checkpoint of a run that began before; that of an earlier version does not know */
  constructor(
    private readonly model: Pick<TaskModel, 'spent' | 'countFor'>,
    private readonly file: Lines<RequestLine>,
    private readonly resumed?: Pick<Checkpoint, 'spentAtSearch'>,
  ) {
    const ended = file.before.filter((line) => line !== 'sent');
    this.lost = file.before.length - 2 * ended.length;
    this.sum = ended.reduce((sum, spent) => plus(sum, spent, spent.tokens), NOTHING);
    this.told = model.spent;
    this.before = resumed?.spentAtSearch;
    model.countFor?.(this);
  }

  sent(): void {
    this.file.add('sent');
  }

  ended(): void {
    const { spent } = this.model;
    const line = { tokens: spent!.tokens - this.told!.tokens, counted: spent!.counted };
    this.file.add(line);
    this.sum = plus(this.sum, line, line.tokens);
    this.told = spent;
  }

  get total(): Spent | undefined {
    const { spent } = this.model;
    if (!spent || (this.resumed && !this.resumed.spentAtSearch)) return undefined;
    return plus(this.sum, spent, spent.tokens - this.told!.tokens);
  }

  /** A search begins, or continues where a checkpoint left it. */
  begin(): void {
    this.before ??= this.total;
  }

  /** The search has ended: what it took. */
  end(): Spent | undefined {
    const { total, before } = this;
    this.before = undefined;
    return total && before && plus(total, NOTHING, -before.tokens);
  }

  save(): Pick<Checkpoint, 'spentAtSearch'> {
    return { spentAtSearch: this.before ?? this.total };
  }
}

/** With more tokens, which are counted as those of another sum. */
function plus(sum: Spent, { counted }: Spent, tokens: number): Spent {
  return { tokens: sum.tokens + tokens, counted: sum.counted && counted };
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
