import { describe, expect, it } from 'vitest';
import { hasControl } from '../../../src/run/start';
import { searchesOf } from '../../../src/search/searches';
import { TaskError, type Problem } from '../../../src/spec/problem';
import { searchSettings } from '../../../src/spec/schema';
import { givenPrompts, instructionTokens } from '../../../src/spec/searches';
import { parseSpec, type Spec } from '../../../src/spec/spec';

const parse = (fields: object): Spec => parseSpec(JSON.stringify({ data: { train: 'a.csv' }, ...fields }), 'a.prompt-task.json');

function problems(fields: object): readonly Problem[] {
  try {
    parse(fields);
    return [];
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    return error.problems;
  }
}

describe('the searches of a spec', () => {
  it('are rlprompt, and random search where the task model runs here, unless named', () => {
    const kinds = (spec: Spec, asked?: boolean): string[] =>
      searchesOf(searchSettings(spec), hasControl(spec, asked)).map(({ origin }) => origin);
    expect(kinds(parse({}))).toEqual(['policy', 'random']);
    expect(kinds(parse({ taskModel: 'openai:m@http://localhost:1/v1' }))).toEqual(['policy']);
    const all = parse({ search: { method: ['random', 'reflect', 'rlprompt'] } });
    expect(kinds(all)).toEqual(['reflect', 'policy', 'random']);
    expect(kinds(all, false)).toEqual(['reflect', 'policy']);
    expect(kinds(parse({ search: { method: ['reflect'] } }))).toEqual(['reflect']);
  });

  it('score the prompt to improve with those to compare, and bound instructions by the context', () => {
    const spec = parse({ prompt: { start: 'Do it.' }, compare: ['Do it.', 'Or not.'], search: { method: ['reflect'] } });
    expect(givenPrompts(spec)).toEqual(['Do it.', 'Or not.']);
    expect(instructionTokens(spec)).toBe(400);
    expect(instructionTokens(spec, 256)).toBe(128);
    expect(instructionTokens({ prompt: { ...spec.prompt, maxTokens: 90 } }, 100)).toBe(90);
  });

  it.each<[string, object, string, string]>([
    ['one twice', { search: { method: ['reflect', 'reflect'] } }, 'spec.duplicateMethod', 'search.method'],
    ['a control of nothing', { search: { method: ['random'] } }, 'spec.onlyRandom', 'search.method'],
    ['random search twice', { search: { method: ['rlprompt'], random: true } }, 'spec.randomTwice', 'search.random'],
    ['a proposer for none', { proposer: 'bundled:causal' }, 'spec.otherMethod', 'proposer'],
    ['a start for none', { prompt: { start: 'Do it.' } }, 'spec.otherMethod', 'prompt.start'],
    ['proposals of none', { search: { method: ['reflect'], proposals: ['policy'] } }, 'spec.otherMethod', 'search.proposals'],
    [
      'a lost passage',
      { prompt: { start: 'Do it.', frozen: ['Do that'] }, search: { method: ['reflect'] } },
      'spec.frozenNotThere',
      'prompt.frozen.0',
    ],
    ['frozen passages of nothing', { prompt: { frozen: ['a'] }, search: { method: ['reflect'] } }, 'spec.startMissing', 'prompt'],
    ['a placeholder', { prompt: { start: 'Do {input}.' }, search: { method: ['reflect'] } }, 'spec.startPlaceholder', 'prompt.start'],
    [
      'texts without a start',
      { kind: 'generation', metrics: [{ type: 'is-json' }], search: { method: ['reflect'] } },
      'spec.startMissing',
      'prompt',
    ],
  ])('are refused with %s', (_, fields, code, field) => {
    expect(problems(fields).map((problem) => [problem.code, problem.field])).toContainEqual([code, field]);
  });

  it('have quick fixes that repair them', () => {
    const [problem] = problems({ proposer: 'bundled:causal' });
    expect(problem!.fixes!.map(({ path, change }) => [path.join('.'), change])).toEqual([
      ['search.method', { value: ['rlprompt', 'reflect'] }],
      ['proposer', 'remove'],
    ]);
  });
});
