import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../../src/spec/spec';
import { textLabels } from '../../../src/spec/textLabels';

function labels(given: Record<string, string> | undefined, classes: string[]): string[] {
  return textLabels(
    parseSpec(JSON.stringify({ data: { train: 'x.csv' }, ...(given && { labels: given }) }), 'x.prompt-task.json'),
    classes,
  );
}

describe('label words for a model whose tokenizer is not here', () => {
  it('are the words of the spec, or the labels', () => {
    expect(labels({ '0': ' terrible ', '1': 'very good' }, ['0', '1'])).toEqual(['terrible', 'very good']);
    expect(labels(undefined, ['sports', 'Weltall'])).toEqual(['sports', 'Weltall']);
    expect(labels({ a: '1', b: '2' }, ['a', 'b'])).toEqual(['1', '2']);
  });

  it('must be words, each another', () => {
    expect(() => labels(undefined, ['0', '1'])).toThrow('the label "0" is no word that a model could say');
    expect(() => labels({ '0': '!', '1': 'good' }, ['0', '1'])).toThrow('labels.0: the label "!" is no word');
    expect(() => labels({ '0': 'good', '1': 'good' }, ['0', '1'])).toThrow('labels.1: two classes have the same label word');
    expect(() => labels({ '0': 'good', '1': 'Good' }, ['0', '1'])).toThrow('differs from "good" in its capitals only');
  });
});
