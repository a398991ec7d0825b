import { describe, expect, it } from 'vitest';
import { inOrder, newTaskName, siblings, specText } from '../../../../src/host/spec/specText';
import { parseSpec } from '../../../../src/spec/spec';

const NEW = {
  train: 'train.csv',
  input: 'text',
  label: 'label',
  words: { '0': 'terrible', '1': 'great' },
  classes: 2,
  taskModel: 'bundled:causal',
  policyModel: 'bundled:causal',
};

describe('the text of a new spec', () => {
  it('is one that the engine reads, with what was asked', () => {
    const spec = parseSpec(specText({ ...NEW, validation: 'dev.csv', test: 'test.csv' }), '/data/reviews.prompt-task.json');
    expect(spec.data).toMatchObject({ train: 'train.csv', validation: 'dev.csv', test: 'test.csv', input: 'text', label: 'label' });
    expect(spec.labels).toEqual({ '0': 'terrible', '1': 'great' });
    expect(spec).toMatchObject({ taskModel: 'bundled:causal', policyModel: 'bundled:causal', prompt: { length: 2 }, compare: [] });
  });

  it('leaves label words to the run where none are given', () => {
    const spec = parseSpec(specText({ ...NEW, words: undefined, classes: 6 }), '/data/x.prompt-task.json');
    expect(spec).toMatchObject({ autoLabels: true, search: { queryBudget: 10_000 } });
    expect(spec.labels).toBeUndefined();
  });

  it('keeps quotes, backslashes and other scripts of names as they are', () => {
    const odd = {
      ...NEW,
      train: 'my "train" \\1.csv',
      input: 'Überschrift',
      words: { 'a"b': 'great', 日本: 'bad' },
      policyModel: 'folder:../m',
    };
    const spec = parseSpec(specText(odd), '/data/x.prompt-task.json');
    expect(spec.data).toMatchObject({ train: 'my "train" \\1.csv', input: 'Überschrift' });
    expect(spec.labels).toEqual({ 'a"b': 'great', 日本: 'bad' });
    expect(spec.policyModel).toBe('folder:../m');
  });
});

describe('the files beside a training file', () => {
  it.each([
    ['train.csv', ['train.csv', 'dev.csv', 'test.csv'], { validation: 'dev.csv', test: 'test.csv' }],
    ['reviews-train.tsv', ['reviews-val.tsv', 'reviews-test.csv', 'test.tsv'], { validation: 'reviews-val.tsv' }],
    ['Train.jsonl', ['validation.jsonl', 'valid.jsonl'], { validation: 'validation.jsonl' }],
    ['reviews.csv', ['dev.csv', 'test.csv'], {}],
  ])('of %s among %j', (train, files, expected) => {
    expect(siblings(train, files)).toEqual(expected);
  });
});

describe('the order in which words for classes are asked for', () => {
  it.each([
    [
      ['1', '0'],
      ['0', '1'],
    ],
    [
      ['10', '-1', '2.5', '9'],
      ['-1', '2.5', '9', '10'],
    ],
    [
      ['negative', '1', '0'],
      ['negative', '1', '0'],
    ],
    [
      ['spam', 'ham'],
      ['spam', 'ham'],
    ],
  ])('of %j', (found, expected) => {
    expect(inOrder(found)).toEqual(expected);
  });
});

describe('the name of a new task', () => {
  it.each([
    ['reviews.csv', '/data/films', 'reviews'],
    ['reviews-train.csv', '/data/films', 'reviews'],
    ['train.csv', '/data/films', 'films'],
    ['data.jsonl', '/', 'task'],
    ['my films (2).csv', '/data', 'my-films-2-'],
    ['映画_train.tsv', '/data', '映画'],
  ])('of %s in %s', (file, folder, expected) => {
    expect(newTaskName(file, folder)).toBe(expected);
  });
});
