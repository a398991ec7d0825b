import { expect, it } from 'vitest';
import { quotasOf } from '../../../src/data/quotas';
import { searchesOf } from '../../../src/search/searches';
import { TaskError } from '../../../src/spec/problem';
import { searchSettings } from '../../../src/spec/schema';
import { parseSpec, type Spec } from '../../../src/spec/spec';
import { word } from '../../../src/wording/wording';

function spec(values: object): Spec {
  return parseSpec(JSON.stringify({ data: { train: 'a.csv' }, ...values }, null, 1), 'x.prompt-task.json');
}

function problems(values: object): object[] {
  try {
    spec(values);
    return [];
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    return error.problems.map(({ code, file, line, field, found, fixes }) => ({ code, file, line, field, found, fix: fixes?.[0] }));
  }
}

it('a server cannot be the policy', () => {
  const policyModel = 'openai:llama@http://127.0.0.1:8000/v1';
  expect(problems({ policyModel, prompt: { perInput: true } })).toEqual([
    {
      code: 'spec.perInputPolicy',
      file: 'x.prompt-task.json',
      line: 5,
      field: 'policyModel',
      found: policyModel,
      fix: { title: word('spec.fixValue', { value: 'bundled:causal' }), path: ['policyModel'], change: { value: 'bundled:causal' } },
    },
  ]);
  expect(problems({ taskModel: policyModel, prompt: { perInput: true } })).toEqual([]);
});

it('reflect looks for one prompt that serves all inputs', () => {
  const search = { method: ['rlprompt', 'reflect'] };
  expect(problems({ prompt: { perInput: true, start: 'Is it good?' }, search })).toMatchObject([
    {
      code: 'spec.perInputReflect',
      line: 10,
      field: 'search.method',
      found: '"rlprompt", "reflect"',
      fix: { change: { value: ['rlprompt'] } },
    },
  ]);
  expect(problems({ prompt: { start: 'Is it good?' }, search })).toEqual([]);
});

it('a step has four prompts for each of its inputs', () => {
  expect(problems({ prompt: { perInput: true }, search: { promptsPerStep: 18 } })).toMatchObject([
    { code: 'spec.perInputStep', line: 9, field: 'search.promptsPerStep', found: '18', fix: { change: { value: 20 } } },
  ]);
  expect(problems({ prompt: { perInput: false }, search: { promptsPerStep: 18 } })).toEqual([]);
  expect(problems({ prompt: { perInput: true }, search: { promptsPerStep: 20, preset: 'paper' } })).toEqual([]);
});

it('the search for the best single prompt is the control, and rows that the policy did not learn from choose it', () => {
  const asked = spec({ prompt: { perInput: true } });
  expect(searchesOf(searchSettings(asked), true).map(({ origin }) => origin)).toEqual(['policy', 'single']);
  expect(quotasOf(asked)).toMatchObject({ drawsValidation: true });
  expect(quotasOf(spec({})).drawsValidation).toBe(false);
  expect(searchesOf(searchSettings(spec({})), true).map(({ origin }) => origin)).toEqual(['policy', 'random']);
});
