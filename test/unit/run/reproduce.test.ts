import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../src/cli/arguments';
import { reproduceCommand } from '../../../src/run/start';
import type { RunTask } from '../../../src/run/store/task';
import { parseSpec, specValues, type Spec } from '../../../src/spec/spec';

const CLASSES = { data: { train: 'a.csv' }, labels: { a: 'bad', b: 'good' } };
const TEXTS = { kind: 'generation', data: { train: 'a.csv' }, template: '{input}{prompt}', metrics: [{ type: 'exact-match' }] };

/** The task of a run that was started with a spec, changed as a command line or the panel changes it. */
function taskOf(spec: object, change: (spec: Spec) => void = () => undefined, task: Partial<RunTask> = {}): RunTask {
  const parsed = parseSpec(JSON.stringify(spec), '/x/a.prompt-task.json');
  change(parsed);
  return { specFile: '/x/a.prompt-task.json', spec: specValues(parsed), seed: 7, random: true, threads: 2, ...task } as RunTask;
}

/** What the command line reads in the command for a task. */
const read = (...args: Parameters<typeof reproduceCommand>): object =>
  parseCommand(
    reproduceCommand(...args)
      .replace('npx rlprompt ', '')
      .split(' '),
  );

describe('the command that repeats a run', () => {
  it('has the length, the steps and the budget that the run was started with', () => {
    const task = taskOf(CLASSES, (spec) => {
      spec.prompt.length = 3;
      spec.search.steps = 30;
      spec.search.queryBudget = 900;
    });
    expect(read(task)).toMatchObject({ spec: '/x/a.prompt-task.json', seed: 7, length: 3, steps: 30, budget: 900, threads: 2 });
  });

  it('has the texts of a generation', () => {
    expect(read(taskOf(TEXTS, ({ search }) => void (search.generationBudget = 500)))).toMatchObject({ budget: 500 });
  });

  it('leaves to the spec what it says nothing of', () => {
    expect(read(taskOf(CLASSES))).toMatchObject({ steps: undefined, budget: undefined, random: undefined, autoLabels: false });
    expect(reproduceCommand(taskOf(CLASSES), { specFile: 'a b.json', threads: 1 })).toBe(
      "npx rlprompt optimize 'a b.json' --seed 7 --length 2 --threads 1",
    );
  });

  it('has no length where no policy makes the prompts', () => {
    const proposer = 'openai:gpt-test@http://localhost:9/v1';
    const reflect = (random: boolean): object =>
      read(taskOf({ ...CLASSES, proposer, search: { method: ['reflect'] } }, undefined, { random }));
    expect(reflect(false)).toMatchObject({ length: undefined });
    // Random search draws prompts of that length.
    expect(reflect(true)).toMatchObject({ length: 2 });
  });

  it.each(['request', 'time'] as const)('ends at the step where the %s ended the run', (stopped) => {
    const task = taskOf(CLASSES, ({ search }) => void (search.steps = 30));
    expect(read(task, { result: { stopped, steps: 12, randomQueries: { asked: 100, computed: 90 } } })).toMatchObject({
      steps: 12,
      random: undefined,
    });
  });

  it('asks for the control, the search for label words and the scripts that the run had', () => {
    const task = taskOf(CLASSES, undefined, { random: false, labelWords: {} as never, scripts: { 'a.mjs': '00' } });
    expect(read(task)).toMatchObject({ random: false, autoLabels: true, allowScripts: true });
    expect(read(task, { result: { stopped: 'steps', steps: 9, randomQueries: { asked: 100, computed: 90 } } })).toMatchObject({
      random: undefined,
    });
  });
});
