import { Random } from '../../src/method/random';
import { CLASSES, hash, type HiddenRules } from './hiddenRules';

/** Rules that one answer can change: a model that sees ten mistakes does not fix them all. */
const AT_ONCE = 2;
const OPENINGS = [
  'Read the message and name its topic.',
  'Name the topic of the message.',
  'You sort messages by topic.',
  'Which topic does the message belong to?',
];
const CHATTER = ['Think carefully before you answer.', 'Take the customer seriously.', 'Be precise and consistent.'];

/**
 * A noisy model of a language model that improves instructions. It reads requests as a model does: the current
 * instruction, or two, in fenced blocks, then rows as `Message 0123: …` with `Expected: …` and `Got: …`, and a request that says
 * "reword", "shorter", "one rule", "combine" or, without one of these words, asks it to learn from the mistakes.
 *
 * With probability `skill`, a mistake that it looks at ends in the right rule. Else it draws a wrong conclusion, says
 * something that changes nothing, or forgets a rule. The answer depends on nothing but seed, skill and request.
 */
export class Reflector {
  /** Requests so far, and their characters. */
  calls = 0;
  characters = 0;

  constructor(
    private readonly task: HiddenRules,
    private readonly skill: number,
  ) {}

  answer(request: string): string {
    this.calls++;
    this.characters += request.length;
    const random = new Random(hash(`${this.task.settings.seed}\n${this.skill}\n${request}`));
    // A model now and then forgets how it should answer.
    if (random.uniform() < 0.05 * (1 - this.skill)) return 'I am not sure what you would like me to do.';
    const blocks = Array.from(request.matchAll(/```[a-z]*\n([^]*?)\n```/g)).map(([, block]) => block!);
    const asked = request.replace(/```[^]*?```/g, '').replace(/^(Input|Expected|Got|Feedback|Message).*$/gm, '');
    const said = this.task.stated(blocks[0] ?? '');
    const chatter = CHATTER.filter((sentence) => blocks[0]?.includes(sentence));
    let opening = OPENINGS.find((sentence) => blocks[0]?.includes(sentence)) ?? OPENINGS[0]!;
    if (/\bcombine/i.test(asked)) this.combine(said, this.task.stated(blocks[1] ?? ''), random);
    else if (/\bshorter/i.test(asked)) this.shorten(said, chatter, random);
    else if (/\breword/i.test(asked)) opening = OPENINGS[random.below(OPENINGS.length)]!;
    else if (/\bwithout any example/i.test(asked)) this.anything(said, random);
    else this.learn(said, chatter, request, /\bone rule/i.test(asked) ? 1 : AT_ONCE, random);
    if (random.uniform() < 0.15 * (1 - this.skill)) forget(said, random);
    const rules = said.flatMap((answer, r) => (answer === undefined ? [] : [this.task.rule(r, answer)]));
    return `Here is the new instruction:\n\`\`\`\n${[opening, ...rules, ...chatter].join(' ')}\n\`\`\`\n`;
  }

  /** Looks at mistakes, and changes what the instruction says of their rules. */
  private learn(said: (number | undefined)[], chatter: string[], request: string, most: number, random: Random): void {
    const rows = Array.from(request.matchAll(/Message (\d{4}):[^]*?Expected: (\w+)\s+Got: (\w*)/g));
    const failed = rows.filter(([, , expected, got]) => expected !== got).map(([, id]) => this.task.rows[Number(id)]!);
    const changed = new Set<number>();
    for (const row of failed) {
      for (const r of row.rules) {
        if (changed.size === most || changed.has(r)) continue;
        const known = said[r] === this.task.answers[r];
        const sure = random.uniform() < this.skill;
        // A mistake by noise: whoever is sure leaves the rule alone.
        if (known && sure) continue;
        changed.add(r);
        if (sure) said[r] = this.task.answers[r];
        else if (random.uniform() < 0.5) said[r] = random.below(CLASSES.length);
        else if (chatter.length < CHATTER.length) chatter.push(CHATTER[chatter.length]!);
      }
    }
  }

  /** Changes one rule without looking at any row. */
  private anything(said: (number | undefined)[], random: Random): void {
    said[random.below(said.length)] = random.uniform() < 0.2 ? undefined : random.below(CLASSES.length);
  }

  private shorten(said: (number | undefined)[], chatter: string[], random: Random): void {
    if (chatter.length > 0) chatter.length = 0;
    if (random.uniform() > this.skill) forget(said, random);
  }

  /** Where two instructions disagree, it keeps the right sentence with probability `skill`, else either. */
  private combine(said: (number | undefined)[], other: readonly (number | undefined)[], random: Random): void {
    other.forEach((answer, r) => {
      if (answer === undefined || answer === said[r]) return;
      const right = answer === this.task.answers[r];
      const sure = random.uniform() < this.skill;
      if (said[r] === undefined ? !sure || right : sure ? right : random.uniform() < 0.5) said[r] = answer;
    });
  }
}

function forget(said: (number | undefined)[], random: Random): void {
  const stated = said.flatMap((answer, r) => (answer === undefined ? [] : [r]));
  if (stated.length > 0) said[stated[random.below(stated.length)]!] = undefined;
}
