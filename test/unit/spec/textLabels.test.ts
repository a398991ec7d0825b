import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../../src/spec/spec';
import { textLabels } from '../../../src/spec/verbalizer';
import { problemOf } from '../data/folder';

function labels(given: Record<string, string> | undefined, classes: string[]): string[] {
  return textLabels(
    parseSpec(JSON.stringify({ data: { train: 'x.csv' }, ...(given && { labels: given }) }), 'x.prompt-task.json'),
    classes,
  );
}

describe('label words for a model without a tokenizer here', () => {
  it('are the words of the spec, or the labels', () => {
    expect(labels({ '0': ' terrible ', '1': 'very good' }, ['0', '1'])).toEqual(['terrible', 'very good']);
    expect(labels(undefined, ['sports', 'Weltall'])).toEqual(['sports', 'Weltall']);
    expect(labels({ a: '1', b: '2' }, ['a', 'b'])).toEqual(['1', '2']);
  });

  it('must be distinct words', async () => {
    const problem = (...args: Parameters<typeof labels>) => problemOf(() => labels(...args));
    expect(await problem(undefined, ['0', 'b'])).toMatchObject({ code: 'spec.labelNoWord', args: [{ word: '0', label: '0' }] });
    expect(await problem({ '0': '!', '1': 'good' }, ['0', '1'])).toMatchObject({ field: 'labels.0', code: 'spec.labelNoWord' });
    expect(await problem({ '0': 'good', '1': 'good' }, ['0', '1'])).toMatchObject({ field: 'labels.1', code: 'spec.labelDuplicate' });
    expect(await problem({ '0': 'good', '1': 'Good' }, ['0', '1'])).toMatchObject({
      field: 'labels.1',
      code: 'spec.labelSameButCapitals',
      args: [{ word: 'Good', other: 'good' }],
    });
  });
});
