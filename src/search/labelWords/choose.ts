import { bounded } from '../../method/reward';

/** Logits of many words on rows, without a prompt. */
export interface WordScores {
  /** The class of each row. */
  readonly labels: readonly number[];
  /** [rows, columns] */
  readonly logits: Float32Array;
  readonly columns: number;
}

/** A word of a class: its column in the scores, and what it must be ahead by to be taken before the label's own word. */
export interface Option {
  readonly column: number;
  readonly cost: number;
}

/** Pairs of words that are all tried; with more, or with more classes, coordinate ascent from several starts. */
const MOST_PAIRS = 20_000;
const SWEEPS = 8;

/**
 * One word for each class, the index of an option: the combination with the best mean bounded gap over rows, classes weighed
 * equally, less the mean cost of its words. Two classes never get the same token.
 * @param rows those that choose
 */
export function chooseWords(scores: WordScores, options: readonly (readonly Option[])[], rows: readonly number[]): number[] {
  const table = new Table(scores, options, rows);
  const [a, b] = options;
  return options.length === 2 && a!.length * b!.length <= MOST_PAIRS ? table.bestPair() : table.climb();
}

class Table {
  private readonly K: number;
  private readonly labels: readonly number[];
  /** e^logit of each option, up to a factor of the row: [class][row][option]. */
  private readonly e: readonly Float64Array[];
  private readonly weight: readonly number[];

  constructor(
    { labels, logits, columns }: WordScores,
    private readonly options: readonly (readonly Option[])[],
    rows: readonly number[],
  ) {
    const K = options.length;
    this.K = K;
    this.labels = rows.map((row) => labels[row]!);
    const tops = rows.map((row) =>
      options.reduce((top, own) => own.reduce((most, { column }) => Math.max(most, logits[row * columns + column]!), top), -Infinity),
    );
    this.e = options.map((own) => {
      const each = new Float64Array(rows.length * own.length);
      rows.forEach((row, r) =>
        own.forEach(({ column }, i) => (each[r * own.length + i] = Math.exp(logits[row * columns + column]! - tops[r]!))),
      );
      return each;
    });
    const counts = options.map((_, c) => this.labels.filter((label) => label === c).length);
    const present = counts.filter((count) => count > 0).length;
    this.weight = this.labels.map((label) => 1 / (counts[label]! * present));
  }

  /** Where ascents begin: every class's cheapest words, its likeliest words on its own rows, and those that set it apart most. */
  private starts(): number[][] {
    const likely = (lift: boolean) =>
      this.options.map((own, c) => {
        const value = own.map((_, i) => {
          let [inside, outside, n, m] = [0, 0, 0, 0];
          this.labels.forEach((label, r) => {
            const x = Math.log(this.e[c]![r * own.length + i]! + 1e-300);
            if (label === c) [inside, n] = [inside + x, n + 1];
            else [outside, m] = [outside + x, m + 1];
          });
          return inside / Math.max(1, n) - (lift ? outside / Math.max(1, m) : 0);
        });
        return value.indexOf(Math.max(...value));
      });
    const cheapest = this.options.map((own) => own.reduce((best, { cost }, i) => (cost < own[best]!.cost ? i : best), 0));
    return [cheapest, likely(false), likely(true)];
  }

  /** Of two classes, the best of all combinations: for each first word the best second one. */
  bestPair(): number[] {
    let best: { value: number; words: number[] } | undefined;
    this.options[0]!.forEach((_, i) => {
      const words = this.apart([i, 0]);
      const value = this.improve(words, 1);
      if (!best || value > best.value + 1e-12) best = { value, words };
    });
    return best!.words;
  }

  /** Coordinate ascent from each start; the best end. */
  climb(): number[] {
    let best: { value: number; words: number[] } | undefined;
    for (const start of this.starts()) {
      const words = this.apart(start);
      let value = -Infinity;
      for (let sweep = 0; sweep < SWEEPS; sweep++) {
        const before = value;
        for (let k = 0; k < this.K; k++) value = this.improve(words, k);
        if (value <= before + 1e-12) break;
      }
      if (!best || value > best.value + 1e-12) best = { value, words };
    }
    return best!.words;
  }

  /** Gives classes whose words share a token other words. */
  private apart(words: number[]): number[] {
    for (let k = 1; k < this.K; k++) {
      const taken = new Set(words.slice(0, k).map((i, c) => this.options[c]![i]!.column));
      if (!taken.has(this.options[k]![words[k]!]!.column)) continue;
      const free = this.options[k]!.findIndex(({ column }) => !taken.has(column));
      if (free >= 0) words[k] = free;
    }
    return words;
  }

  /** Puts the best word of one class in place, the others fixed; the combination's value. */
  private improve(words: number[], k: number): number {
    const { K, labels, e, weight, options } = this;
    const own = options[k]!;
    const taken = new Set(words.flatMap((i, c) => (c === k ? [] : [options[c]![i]!.column])));
    const others = words.reduce((sum, i, c) => sum + (c === k ? 0 : options[c]![i]!.cost), 0);
    const values = own.map(({ cost }) => -(others + cost) / K);
    for (let r = 0; r < labels.length; r++) {
      const y = labels[r]!;
      let [sum, rival, right] = [0, 0, 0];
      for (let c = 0; c < K; c++) {
        if (c === k) continue;
        const x = e[c]![r * options[c]!.length + words[c]!]!;
        sum += x;
        if (c === y) right = x;
        else if (x > rival) rival = x;
      }
      for (let i = 0; i < own.length; i++) {
        const x = e[k]![r * own.length + i]!;
        const gap = (y === k ? x - rival : right - Math.max(rival, x)) / (sum + x || 1);
        values[i]! += weight[r]! * bounded(gap);
      }
    }
    let best = words[k]!;
    own.forEach(({ column }, i) => {
      if (!taken.has(column) && (values[i]! > values[best]! + 1e-12 || taken.has(own[best]!.column))) best = i;
    });
    words[k] = best;
    return values[best]!;
  }
}
