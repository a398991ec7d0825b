import { describe, expect, it } from 'vitest';
import { fillTemplate, forCausal, parseTemplate, type Part } from '../../../src/spec/template';

const input = (space: boolean): Part => ({ kind: 'input', space });
const prompt = (space: boolean): Part => ({ kind: 'prompt', space });
const mask = (space: boolean): Part => ({ kind: 'mask', space });
const literal = (text: string): Part => ({ kind: 'literal', text });

describe('parseTemplate', () => {
  it.each<[string, Part[]]>([
    ['{input} {prompt} {mask} .', [input(false), prompt(true), mask(true), literal(' .')]],
    ['{input}{prompt}{mask}', [input(false), prompt(false), mask(false)]],
    ['Review: {input} Verdict:{prompt} {mask}', [literal('Review:'), input(true), literal(' Verdict:'), prompt(false), mask(true)]],
    ['{input}\n{prompt}', [input(false), literal('\n'), prompt(false)]],
    ['{input}\n {prompt}', [input(false), literal('\n'), prompt(true)]],
    // Of two spaces, one belongs to the part after them.
    ['{input}  {prompt}', [input(false), literal(' '), prompt(true)]],
    [' {input} {prompt}', [input(true), prompt(true)]],
  ])('%j: a space belongs to the part after it', (source, parts) => {
    expect(parseTemplate(source)).toEqual({ parts, errors: [] });
  });

  it.each(['{input} {prompt} ', '{input} {prompt}\n', '{input} {prompt}  \n '])('%j: drops a space after the last part', (source) => {
    expect(parseTemplate(source).parts).toEqual([input(false), prompt(true)]);
  });

  it('takes other braces for text', () => {
    expect(parseTemplate('{} { input } {{input}} {prompt}')).toMatchObject({
      parts: [literal('{} { input } {'), input(false), literal('}'), prompt(true)],
      errors: [],
    });
  });

  it('reports everything that is wrong and never throws', () => {
    const errors = (source: string) => parseTemplate(source).errors.map(({ code, args }) => [code, ...args]);
    expect(errors('')).toEqual([
      ['spec.templateLacks', { name: 'input' }],
      ['spec.templateLacks', { name: 'prompt' }],
    ]);
    expect(errors('{prompt}{mask}{prompt}{mask}{mask} {label}')).toEqual([
      ['spec.templateUnknown', { name: 'label' }],
      ['spec.templateLacks', { name: 'input' }],
      ['spec.templateRepeats', { name: 'prompt', times: 2 }],
      ['spec.templateRepeats', { name: 'mask', times: 3 }],
    ]);
  });
});

describe('forCausal', () => {
  it.each([
    '{input} {prompt}',
    '{input} {prompt} {mask}',
    '{input} {prompt} {mask} .',
    '{input} {prompt} {mask}!',
    '{input} {prompt}{mask} ?',
  ])('%j: reads up to the mask', (source) => {
    expect(forCausal(parseTemplate(source))).toEqual({ parts: [input(false), prompt(true)] });
  });

  it('keeps the text before the mask', () => {
    const { parts, error } = forCausal(parseTemplate('{input} {prompt} Answer: {mask}.'));
    expect(parts).toEqual([input(false), prompt(true), literal(' Answer:')]);
    expect(error).toBeUndefined();
  });

  it.each(['{mask} {input} {prompt}', '{input} {mask} {prompt}', '{input} {prompt} {mask} it is.', '{prompt} {mask} , {input}'])(
    '%j: a mask elsewhere is an error',
    (source) => {
      expect(forCausal(parseTemplate(source)).error?.code).toBe('spec.maskNotLast');
    },
  );
});

describe('fillTemplate', () => {
  const fill = (source: string, prompt: string, input = 'I') => fillTemplate(parseTemplate(source).parts, input, prompt, '<M>');

  it.each([
    ['{input} {prompt} {mask} .', 'I P <M> .', 'I <M> .'],
    ['{input}{prompt}{mask}', 'IP<M>', 'I<M>'],
    ['{prompt} {input} {mask}', 'P I <M>', 'I <M>'],
    ['{prompt}{input} {mask}', 'PI <M>', 'I <M>'],
    ['{prompt} Review: {input} {mask}', 'P Review: I <M>', 'Review: I <M>'],
    ['Review: {prompt} {input} {mask}', 'Review: P I <M>', 'Review: I <M>'],
    ['{mask} {prompt} {input}', '<M> P I', '<M> I'],
    ['{input}\n{prompt}', 'I\nP', 'I\n'],
  ])('%j: the empty prompt takes its space away', (source, full, empty) => {
    expect(fill(source, 'P')).toBe(full);
    expect(fill(source, '')).toBe(empty);
  });

  it('puts texts in as they are', () => {
    const text = 'a {prompt} b {input} <mask> $& {mask}';
    expect(fill('{input} {prompt} {mask}', '{input}', text)).toBe(`${text} {input} <M>`);
  });
});
