import { estimateOf, type Candidate, type Split } from './candidate';
import { FINALISTS } from './settings';
import type { Outcome, ReflectTask } from './task';

/** There are not enough queries for the rows that come next. */
export class OutOfQueries extends Error {}

/** All candidates with their scores. It pays for each (candidate, row) pair once, and keeps back what the finalists need. */
export class Board {
  candidates: Candidate[] = [];
  /** Scores since `mark`. */
  private added: { readonly scores: Map<number, number>; readonly row: number }[] = [];
  private marked: readonly Candidate[] = [];
  /** What the model answered on train rows, to show it in requests. */
  private readonly outcomes = new Map<string, Outcome>();

  constructor(private readonly task: ReflectTask) {}

  /** Scores candidates on those of the rows that they lack. @throws OutOfQueries before it asks anything */
  async score(
    jobs: readonly { readonly candidate: Candidate; readonly split: Split; readonly rows: readonly number[] }[],
    signal?: AbortSignal,
    finishing = false,
  ): Promise<void> {
    const lacking = jobs
      .map(({ candidate, split, rows }) => ({ candidate, split, rows: rows.filter((row) => !candidate[split].has(row)) }))
      .filter(({ rows }) => rows.length > 0);
    const count = lacking.reduce((sum, { rows }) => sum + rows.length, 0);
    const kept = finishing ? 0 : this.reserve(lacking.map(({ candidate }) => candidate));
    if (count + kept > this.task.left()) throw new OutOfQueries();
    if (count === 0) return;
    const answers = await this.task.score(
      lacking.map(({ candidate: { instruction, examples }, split, rows }) => ({ instruction, examples, split, rows })),
      signal,
    );
    lacking.forEach(({ candidate, split, rows }, j) =>
      rows.forEach((row, r) => {
        const outcome = answers[j]![r]!;
        candidate[split].set(row, outcome.score);
        this.added.push({ scores: candidate[split], row });
        if (split === 'train') this.outcomes.set(key(candidate, row), outcome);
      }),
    );
  }

  outcome(candidate: Candidate, row: number): Outcome | undefined {
    return this.outcomes.get(key(candidate, row));
  }

  /** Best first, by estimated scores; parents come before their children in `candidates`. */
  get ranked(): Candidate[] {
    const estimates: number[] = [];
    for (const { id, parents, validation } of this.candidates) {
      const prior = parents.length > 0 ? Math.max(...parents.map((parent) => estimates[parent]!)) : undefined;
      estimates[id] = estimateOf({ validation }, prior);
    }
    return [...this.candidates].sort((a, b) => estimates[b.id]! - estimates[a.id]! || a.id - b.id);
  }

  /** Queries that complete the scores of any finalists, whoever they will be; `also` may become candidates. */
  private reserve(also: readonly Candidate[]): number {
    const all = this.task.train.length + this.task.validationSize;
    const missing = [...new Set([...this.candidates, ...also])].map(({ train, validation }) => all - train.size - validation.size);
    return missing
      .sort((a, b) => b - a)
      .slice(0, FINALISTS)
      .reduce((a, b) => a + b, 0);
  }

  /** Where `reset` goes back to. */
  mark(): void {
    [this.added, this.marked] = [[], [...this.candidates]];
  }

  reset(): void {
    for (const { scores, row } of this.added) scores.delete(row);
    this.candidates = [...this.marked];
  }

  save(): BoardState {
    return { candidates: this.candidates, outcomes: [...this.outcomes] };
  }

  restore({ candidates, outcomes }: BoardState): void {
    this.candidates = candidates.map((each) => ({ ...each, train: new Map(each.train), validation: new Map(each.validation) }));
    this.outcomes.clear();
    for (const [name, outcome] of outcomes) this.outcomes.set(name, outcome);
  }
}

export interface BoardState {
  readonly candidates: readonly Candidate[];
  readonly outcomes: readonly (readonly [string, Outcome])[];
}

function key({ id, instruction, examples }: Candidate, row: number): string {
  return `${id}\n${examples.join()}\n${row}\n${instruction}`;
}
