import { describe, expect, it } from 'vitest';
import { CLASSES, HiddenRules } from '../../../simulator/hiddenRules';
import { Reflector } from '../../../simulator/reflector';

const START = 'Read the message and name its topic.';

describe('the simulated task', () => {
  const task = new HiddenRules({ seed: 3, noise: 0.1 });
  const measured = (instruction: string): number =>
    task.rows.filter((row, i) => task.answer(instruction, i) === row.label).length / task.rows.length;

  it('is answered as often as its truth says', () => {
    const some = [START, task.rule(0), task.rule(1)].join(' ');
    const wrong = [START, task.rule(0, (task.answers[0]! + 1) % CLASSES.length)].join(' ');
    for (const instruction of [START, some, wrong, task.best])
      expect(Math.abs(measured(instruction) - task.truth(instruction))).toBeLessThan(0.05);
    expect(task.truth(wrong)).toBeLessThan(task.truth(START));
    expect(task.truth(START)).toBeLessThan(task.truth(some));
    // All rules: right but for the noise, of which one in four hits the right class.
    expect(task.truth(task.best)).toBeCloseTo(0.9 + 0.1 / 4, 6);
  });

  it('takes examples for weak rules, and follows long instructions less', () => {
    const row = task.rows.findIndex(({ rules }) => rules.length === 1 && rules[0] === 0);
    const shown = `${START}\n${task.rows[row]!.text}\nAnswer: ${CLASSES[task.rows[row]!.label]}`;
    expect(task.truth(shown)).toBeGreaterThan(task.truth(START));
    expect(task.truth(shown)).toBeLessThan(task.truth(`${START} ${task.rule(0)}`));
    expect(task.truth(`${task.best} ${'Be kind. '.repeat(100)}`)).toBeLessThan(task.truth(task.best));
  });

  it('answers the same question the same way', () => {
    const again = new HiddenRules({ seed: 3, noise: 0.1 });
    expect(task.rows.map((_, i) => again.answer(START, i))).toEqual(task.rows.map((_, i) => task.answer(START, i)));
  });
});

describe('the simulated reflector', () => {
  const task = new HiddenRules({ seed: 5, noise: 0 });
  const request = (instruction: string, ask: string, rows: readonly number[]): string =>
    [
      `${ask}\n\`\`\`\n${instruction}\n\`\`\``,
      ...rows.map((i) => {
        const { text, label } = task.rows[i]!;
        return `Input: ${text}\nExpected: ${CLASSES[label]}\nGot: ${CLASSES[task.answer(instruction, i)]}`;
      }),
    ].join('\n\n');
  const instructionOf = (answer: string): string => /```\n([^]*)\n```/.exec(answer)?.[1] ?? '';
  const failed = task.rows.flatMap((row, i) => (task.answer(START, i) === row.label ? [] : [i])).slice(0, 8);

  it('with full skill turns mistakes into their rules', () => {
    const answer = instructionOf(new Reflector(task, 1).answer(request(START, 'Learn from the mistakes.', failed)));
    const added = task.stated(answer).flatMap((said, r) => (said === undefined ? [] : [[r, said]]));
    expect(added).toHaveLength(2);
    for (const [r, said] of added) expect(said).toBe(task.answers[r!]);
    expect(task.truth(answer)).toBeGreaterThan(task.truth(START));
  });

  it('without skill is no better than chance', () => {
    const answers = Array.from({ length: 200 }, (_, i) =>
      new Reflector(task, 0).answer(request(START, `Learn from the mistakes. ${i}`, failed)),
    );
    const said = answers.flatMap((answer) => task.stated(instructionOf(answer)).map((answer, r) => ({ answer, r })));
    const made = said.filter(({ answer }) => answer !== undefined);
    const right = made.filter(({ answer, r }) => answer === task.answers[r]).length / made.length;
    expect(right).toBeGreaterThan(0.15);
    expect(right).toBeLessThan(0.35);
  });

  it('combines two instructions, and drops what a shorter one can do without', () => {
    const one = [START, task.rule(0), 'Think carefully before you answer.'].join(' ');
    const two = [START, task.rule(1)].join(' ');
    const both = instructionOf(new Reflector(task, 1).answer(`Combine them.\n\`\`\`\n${one}\n\`\`\`\n\`\`\`\n${two}\n\`\`\``));
    expect(task.stated(both).slice(0, 2)).toEqual(task.answers.slice(0, 2));
    const short = instructionOf(new Reflector(task, 1).answer(`Make it shorter.\n\`\`\`\n${one}\n\`\`\``));
    expect(short).toBe(`${START} ${task.rule(0)}`);
  });
});
