import { judge } from '../../method/scorer';
import { bounded } from '../../method/reward';
import type { LabelWordChoice, Pool } from './choice';

/** A set of label words that a model can score. */
export interface Contestant {
  readonly words: readonly string[];
  /** Whether these are the words that the task had. */
  readonly own: boolean;
  /** Logits [rows, K] without a prompt; NaN where a row failed. */
  score(rows: readonly number[]): Promise<Float32Array>;
}

/** Share of the queries that is kept for the last two, on rows that the race did not see. */
const DUEL = 1 / 4;

/**
 * Chooses among sets of label words where each (set, row) pair is a query of its own: half of the sets leave after each round,
 * the others get more rows. The winner then meets the task's own words on rows that the race did not see, and has to beat them.
 */
export async function raceWords(contestants: readonly Contestant[], pool: Pool, queries: number): Promise<LabelWordChoice> {
  const all = contestants.map((one) => new Tally(one, pool));
  const own = all.find(({ contestant }) => contestant.own);
  const duelRows = Math.max(1, Math.min(Math.floor((queries * DUEL) / 2), Math.floor(pool.labels.length / 3)));
  const raceRows = pool.labels.length - duelRows;
  const rounds = Math.max(1, Math.ceil(Math.log2(all.length)));
  const perRound = (queries - 2 * duelRows) / rounds;
  let alive = all;
  let rows = 0;
  for (let round = 0; alive.length > 1; round++) {
    rows = Math.min(raceRows, rows + Math.max(1, Math.floor(perRound / alive.length)));
    for (const tally of alive) await tally.upTo(rows);
    const best = [...alive].sort((a, b) => b.value() - a.value());
    alive = best.slice(0, round >= rounds - 1 ? 1 : Math.ceil(alive.length / 2));
  }
  const [winner] = alive as [Tally];
  const candidates = pool.labels.reduce((K, label) => Math.max(K, label + 1), 0);
  const facts = { candidates: Array<number>(candidates).fill(all.length) };
  const spent = (): number => all.reduce((sum, tally) => sum + tally.scored, 0);
  const unseen = Array.from({ length: duelRows }, (_, i) => raceRows + i);
  await winner.on(unseen);
  if (own && own !== winner) await own.on(unseen);
  if (own && (own === winner || winner.value(unseen) <= own.value(unseen))) {
    const { words } = own.contestant;
    const accuracy = own.accuracy();
    return { chosen: { words, accuracy, crossValidated: null }, own: { words, accuracy }, ...facts, rows: own.scored, queries: spent() };
  }
  return {
    chosen: { words: winner.contestant.words, accuracy: winner.accuracy(), crossValidated: winner.accuracy(unseen) },
    own: own ? { words: own.contestant.words, accuracy: own.accuracy(unseen) } : null,
    ...facts,
    rows: duelRows,
    queries: spent(),
  };
}

/** What a contestant scored so far. */
class Tally {
  private readonly gaps = new Map<number, number>();
  scored = 0;

  constructor(
    readonly contestant: Contestant,
    private readonly pool: Pool,
  ) {}

  upTo(rows: number): Promise<void> {
    return this.on(Array.from({ length: rows }, (_, row) => row));
  }

  async on(rows: readonly number[]): Promise<void> {
    const missing = rows.filter((row) => !this.gaps.has(row));
    if (missing.length === 0) return;
    const logits = await this.contestant.score(missing);
    const K = logits.length / missing.length;
    this.scored += missing.length;
    missing.forEach((row, r) => this.gaps.set(row, judge(logits.subarray(r * K, (r + 1) * K), this.pool.labels[row]!)?.gap ?? Number.NaN));
  }

  /** Mean bounded gap over rows; a row that failed counts for nothing. */
  value(rows: Iterable<number> = this.gaps.keys()): number {
    const gaps = this.known(rows);
    return gaps.length === 0 ? -1 : gaps.reduce((sum, gap) => sum + bounded(gap), 0) / gaps.length;
  }

  accuracy(rows: Iterable<number> = this.gaps.keys()): number {
    const gaps = this.known(rows);
    return gaps.filter((gap) => gap > 0).length / Math.max(1, gaps.length);
  }

  private known(rows: Iterable<number>): number[] {
    return [...rows].map((row) => this.gaps.get(row)!).filter((gap) => !Number.isNaN(gap));
  }
}
