import { Random } from '../../src/method/random';

/** Words that a message may hold; each has one right answer, which only a rule in the instruction gives away. */
const CUES = [
  'refund',
  'parcel',
  'password',
  'crash',
  'invoice',
  'courier',
  'login',
  'update',
  'receipt',
  'address',
  'profile',
  'error',
  'discount',
  'customs',
  'username',
  'screen',
] as const;
export const CLASSES = ['Billing', 'Shipping', 'Account', 'Technical'] as const;
const FILLERS = ['please help', 'thank you', 'again today', 'since Monday', 'as I said', 'right now'] as const;

export interface SimulatedRow {
  readonly text: string;
  /** Index into `CLASSES`. */
  readonly label: number;
  /** Rules that an instruction must state for a sure answer; without any, the model knows it by itself. */
  readonly rules: readonly number[];
}

export interface SimulationSettings {
  readonly seed: number;
  /** Rules that there are to find; messages need the first more often than the last. */
  readonly rules?: number;
  readonly rows?: number;
  /** Share of answers that are drawn at random, anew for each instruction. */
  readonly noise: number;
}

/** What a model that is not told a rule gets right all the same. */
const GUESSED = 0.35;
/** How often an example in the instruction works as its rule would. */
const SHOWN = 0.6;
/** Words that the model follows without fail; each further one costs a thousandth. */
const ATTENTION = 90;

/**
 * A classification task with a known optimum: an instruction is as good as the hidden rules that it states. Answers depend
 * on nothing but the seed, the instruction and the row.
 */
export class HiddenRules {
  /** Right class of each rule's cue. */
  readonly answers: readonly number[];
  readonly rows: readonly SimulatedRow[];
  private readonly readings = new Map<string, Reading>();

  constructor(readonly settings: SimulationSettings) {
    const { seed, rules = 8, rows = 600 } = settings;
    const random = new Random(seed);
    this.answers = Array.from({ length: rules }, (_, r) => (r < CLASSES.length ? r : random.below(CLASSES.length)));
    const weights = this.answers.map((_, r) => (r + 1) ** -0.7);
    const one = (): number => drawn(weights, random);
    this.rows = Array.from({ length: rows }, (_, i): SimulatedRow => {
      const kind = random.uniform();
      const first = one();
      const same = this.answers.flatMap((answer, r) => (answer === this.answers[first] && r !== first ? [r] : []));
      const needs = kind < 0.1 ? [] : kind < 0.3 && same.length > 0 ? [first, same[random.below(same.length)]!] : [first];
      const words = [...needs.map((r) => CUES[r]!), FILLERS[random.below(FILLERS.length)]!, FILLERS[random.below(FILLERS.length)]!];
      return {
        text: `Message ${String(i).padStart(4, '0')}: ${words.join(' ')}`,
        label: needs.length > 0 ? this.answers[first]! : random.below(CLASSES.length),
        rules: needs,
      };
    });
  }

  /** How the rule of a cue reads in an instruction. */
  rule(r: number, answer = this.answers[r]!): string {
    return `If the message mentions "${CUES[r]!}", answer ${CLASSES[answer]!}.`;
  }

  /** What an instruction says of each rule: a class, or undefined. A later sentence overrides an earlier one. */
  stated(instruction: string): (number | undefined)[] {
    const said = new Map<string, number>();
    for (const [, cue, answer] of instruction.matchAll(/mentions "([a-z]+)", answer (\w+)/g))
      said.set(cue!, CLASSES.indexOf(answer as (typeof CLASSES)[number]));
    return this.answers.map((_, r) => said.get(CUES[r]!));
  }

  /** The class that the model answers. */
  answer(instruction: string, row: number): number {
    const { seed, noise } = this.settings;
    const reading = new Random(hash(`${seed}\n${instruction}\n${row}`));
    if (reading.uniform() < noise) return reading.below(CLASSES.length);
    const chance = this.chance(instruction, row);
    // What the model guesses does not depend on how the instruction is worded.
    const right = new Random(hash(`${seed}\n${row}\n${chance}`)).uniform() < chance;
    const { label } = this.rows[row]!;
    if (right) return label;
    const wrong = this.misled(instruction, row);
    return wrong ?? (label + 1 + new Random(hash(`${seed}\n${row}`)).below(CLASSES.length - 1)) % CLASSES.length;
  }

  /** Expected accuracy of an instruction over all rows. */
  truth(instruction: string): number {
    const { noise } = this.settings;
    const mean = this.rows.reduce((sum, _, row) => sum + this.chance(instruction, row), 0) / this.rows.length;
    return (1 - noise) * mean + noise / CLASSES.length;
  }

  /** The instruction that states every rule, and nothing else. */
  get best(): string {
    return ['Read the message and name its topic.', ...this.answers.map((_, r) => this.rule(r))].join(' ');
  }

  private misled(instruction: string, row: number): number | undefined {
    const { said } = this.read(instruction);
    const { rules, label } = this.rows[row]!;
    return rules.map((r) => said[r]).find((answer) => answer !== undefined && answer !== label);
  }

  /** Probability that the model answers rightly, noise apart. */
  private chance(instruction: string, row: number): number {
    const { said, shown, attention } = this.read(instruction);
    const { rules } = this.rows[row]!;
    if (this.misled(instruction, row) !== undefined) return 1 - attention;
    const known = rules.reduce((p, r) => p * (said[r] !== undefined ? 1 : shown.has(r) ? SHOWN : 0), 1);
    return attention * (known + (1 - known) * GUESSED);
  }

  /** What an instruction states and shows, and the share of it that the model follows. */
  private read(instruction: string): Reading {
    const known = this.readings.get(instruction);
    if (known) return known;
    const examples = instruction.matchAll(/Message (\d{4}):[^\n]*\n\s*(?:Answer|Expected|Output): \w+/g);
    const reading = {
      said: this.stated(instruction),
      shown: new Set(Array.from(examples).flatMap(([, id]) => [...(this.rows[Number(id)]?.rules ?? [])])),
      attention: 1 - Math.max(0, instruction.split(/\s+/).length - ATTENTION) / 1000,
    };
    if (this.readings.size > 1000) this.readings.clear();
    this.readings.set(instruction, reading);
    return reading;
  }
}

interface Reading {
  readonly said: readonly (number | undefined)[];
  readonly shown: ReadonlySet<number>;
  readonly attention: number;
}

function drawn(weights: readonly number[], random: Random): number {
  let left = random.uniform() * weights.reduce((a, b) => a + b, 0);
  return Math.max(
    0,
    weights.findIndex((weight) => (left -= weight) < 0),
  );
}

/** FNV-1a. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
