import { formOf, type Candidate } from './candidate';
import { FINALISTS, ROOM_FOR_PARTS } from './settings';
import type { Outcome, ReflectTask } from './task';

/** There are not enough queries for the rows that come next. */
export class OutOfQueries extends Error {}

/** All candidates with their scores. It pays for each (candidate, row) pair once, and keeps back what the finalists need. */
export class Board {
  candidates: Candidate[] = [];
  /** Scores since `mark`. */
  private added: { readonly scores: Map<number, number>; readonly row: number }[] = [];
  private marked: readonly Candidate[] = [];
  /** What the model answered on rows that requests may show. */
  private readonly outcomes = new Map<string, Outcome>();
  /** Rows that tell how good a candidate is. */
  readonly judged: readonly number[];

  constructor(private readonly task: ReflectTask) {
    const { size, shown } = task;
    const first = size > shown.length ? shown.length : 0;
    this.judged = Array.from({ length: size - first }, (_, i) => first + i);
  }

  /** Scores candidates on those of the rows that they lack. @throws OutOfQueries before it asks anything */
  async score(
    jobs: readonly { readonly candidate: Candidate; readonly rows: readonly number[] }[],
    signal?: AbortSignal,
    finishing = false,
  ): Promise<void> {
    const lacking = jobs
      .map(({ candidate, rows }) => ({ candidate, rows: rows.filter((row) => !candidate.scores.has(row)) }))
      .filter(({ rows }) => rows.length > 0);
    const asked = lacking.map(({ candidate: { instruction, examples }, rows }) => ({ instruction, examples, rows }));
    const cost = this.task.cost(asked);
    const kept = finishing ? 0 : this.reserve(new Map(lacking.map(({ candidate, rows }) => [candidate, rows.length])));
    if (cost > 0 && cost + kept > this.task.left) throw new OutOfQueries();
    if (asked.length === 0) return;
    const answers = await this.task.score(asked, signal);
    lacking.forEach(({ candidate, rows }, j) =>
      rows.forEach((row, r) => {
        const outcome = answers[j]![r]!;
        candidate.scores.set(row, outcome.score);
        this.added.push({ scores: candidate.scores, row });
        if (row < this.task.shown.length) this.outcomes.set(key(candidate, row), outcome);
      }),
    );
  }

  outcome(candidate: Candidate, row: number): Outcome | undefined {
    return this.outcomes.get(key(candidate, row));
  }

  /** Known scores on rows that tell how good a candidate is: all rows where it has those that requests show; never its own examples. */
  judgedScores({ scores, examples }: Pick<Candidate, 'scores' | 'examples'>): Map<number, number> {
    const isPromoted = this.task.shown.every((_, row) => scores.has(row));
    const first = isPromoted ? 0 : (this.judged[0] ?? 0);
    return new Map([...scores].filter(([row]) => row >= first && !examples.includes(row)));
  }

  /** Estimated score of every candidate, by its id. */
  estimates(): Map<number, number> {
    return new Map(this.candidates.map((candidate) => [candidate.id, meanOf([...this.judgedScores(candidate).values()])]));
  }

  /** Best first, by estimates. */
  get ranked(): Candidate[] {
    const estimates = this.estimates();
    return [...this.candidates].sort((a, b) => estimates.get(b.id)! - estimates.get(a.id)! || a.id - b.id);
  }

  /** Accuracy, or mean score, of a candidate on the rows that tell how good it is. */
  validation(candidate: Pick<Candidate, 'scores' | 'examples'>): { readonly estimate: number; readonly rows: number } {
    const known = [...this.judgedScores(candidate).values()].filter((score) => !Number.isNaN(score));
    return { estimate: meanOf(known.map((score) => this.task.accuracy(score))), rows: known.length };
  }

  /** Queries that complete the scores of any finalists, whoever they will be. @param asked rows that these get first */
  reserve(asked: ReadonlyMap<Candidate, number> = new Map()): number {
    const { size } = this.task;
    const all = [...new Set([...this.candidates, ...asked.keys()])];
    const parts = this.hasRoomForParts && all.some((candidate) => formOf(candidate) === 'both') ? 2 * size : 0;
    return all
      .map((candidate) => size - candidate.scores.size - (asked.get(candidate) ?? 0))
      .sort((a, b) => b - a)
      .slice(0, FINALISTS)
      .reduce((a, b) => a + b, parts);
  }

  private get hasRoomForParts(): boolean {
    return this.task.left + this.task.queries >= ROOM_FOR_PARTS * this.task.size;
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
    this.candidates = candidates.map((each) => ({ ...each, scores: new Map(each.scores) }));
    this.outcomes.clear();
    for (const [name, outcome] of outcomes) this.outcomes.set(name, outcome);
  }
}

export interface BoardState {
  readonly candidates: readonly Candidate[];
  readonly outcomes: readonly (readonly [string, Outcome])[];
}

function meanOf(scores: readonly number[]): number {
  const known = scores.filter((score) => !Number.isNaN(score));
  return known.reduce((a, b) => a + b, 0) / Math.max(1, known.length);
}

function key({ id }: Candidate, row: number): string {
  return `${id} ${row}`;
}
