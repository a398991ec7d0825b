import { describe, expect, it } from 'vitest';
import { InsertionError } from '../../../../src/host/insertion/insertionError';
import { nameWords, camelCase, snakeCase } from '../../../../src/host/insertion/names';
import { promptFunction } from '../../../../src/host/insertion/promptFunction';
import { readSum } from './escapeReader';
import { found, functionsIn } from './functions';
import { NASTY, randomTexts } from './nastyTexts';
import { pythonHas, readByPython } from './programs';

const code = (languageId: string, more = {}, unit = '    '): string => promptFunction(found(more), languageId, unit).lines.join('\n');

describe('promptFunction', () => {
  it('looks as a person would write it', () => {
    expect(code('python')).toBe(`def sentiment_prompt(text: str) -> str:
    """The text to send to bundled:causal for the task 'sentiment'.

    Prompt found by RLPrompt; held-out accuracy 78.0 % (76.0 to 80.0 %, n = 1821).
    """
    return text + " Absolutely"`);
    expect(code('typescript', { template: 'Review: {input} Verdict: {prompt}' }, '  ')).toBe(`/**
 * The text to send to bundled:causal for the task 'sentiment'.
 * Prompt found by RLPrompt; held-out accuracy 78.0 % (76.0 to 80.0 %, n = 1821).
 */
function sentimentPrompt(text: string): string {
  return "Review: " + text + " Verdict: Absolutely";
}`);
    expect(code('csharp')).toContain('public static string SentimentPrompt(string text)\n{\n    return text + " Absolutely";\n}');
    expect(code('go', {}, '\t')).toContain('\nfunc sentimentPrompt(text string) string {\n\treturn text + " Absolutely"\n}');
    expect(code('shellscript')).toContain(`sentiment_prompt() {\n    printf '%s' "$1"' Absolutely'\n}`);
    expect(code('kotlin')).toContain('fun sentimentPrompt(text: String): String = text + " Absolutely"');
    expect(code('swift')).toContain('func sentimentPrompt(_ text: String) -> String {\n    return text + " Absolutely"\n}');
  });

  it.each(['csharp', 'kotlin', 'swift'] as const)('%s: gives what fillTemplate gives', (language) => {
    const functions = functionsIn(language, [...NASTY, ...randomTexts(20, 13)], ['An input', 'a "b" {prompt} \\ text + ']);
    for (const { declaration, cases } of functions) {
      const sum = /(?:return |String = )(.*?);?(?:\n\}|$)/.exec(declaration)![1]!;
      for (const { input, text } of cases) expect(readSum(sum, language, input)).toBe(text);
    }
  });

  it('fills the mask token in on a masked model and drops the mask on a causal one', () => {
    const template = '{input} {prompt} {mask} .';
    expect(code('python', { template, masked: true, maskToken: '[MASK]' })).toContain('return text + " Absolutely [MASK] ."');
    expect(code('python', { template })).toContain('return text + " Absolutely"');
    expect(() => code('python', { template, masked: true })).toThrow('mask token');
    expect(() => code('python', { template: '{mask} {input} {prompt}' })).toThrow(InsertionError);
    expect(() => code('python', { template: '{prompt}' })).toThrow('the template has no {input}');
  });

  it('the empty prompt takes its space away', () => {
    expect(code('python', { prompt: '' })).toMatch(/return text$/);
    expect(code('python', { prompt: '', template: '{prompt} Review: {input}' })).toContain('return "Review: " + text');
    // An input of no characters changes nothing about that: the models are asked the same way.
    const template = { prompt: '', template: '{input}{prompt} {mask}', masked: true, maskToken: '<M>' };
    expect(code('python', template)).toContain('return text + " <M>"');
  });

  it('says nothing of an accuracy that was not measured', () => {
    const { accuracy: _a, interval: _i, n: _n, ...rest } = found();
    expect(promptFunction(rest, 'java', '  ').lines[2]).toBe(' * Prompt found by RLPrompt; not scored on held-out rows.');
  });

  it('json: template and prompt as an object', () => {
    for (const text of NASTY) {
      const template = `${text.replace(/[{}]/g, '')}{input} {prompt}`;
      expect(JSON.parse(code('json', { prompt: text, template }))).toEqual({ template, prompt: text });
    }
    expect(code('jsonc', {}, '\t')).toBe('{\n\t"template": "{input} {prompt}",\n\t"prompt": "Absolutely"\n}');
  });

  const python = pythonHas('yaml') && pythonHas('tomllib');
  it.skipIf(!python)(`yaml and toml${python ? '' : ' (skipped: Python has no modules yaml and tomllib here)'}`, () => {
    const expected = NASTY.map((prompt) => ({ template: '{input} {prompt}', prompt }));
    const documents = (languageId: string): string[] => NASTY.map((prompt) => code(languageId, { prompt }));
    expect(readByPython('import yaml', 'yaml.safe_load(text)', documents('yaml'))).toEqual(expected);
    expect(readByPython('import tomllib', 'tomllib.loads(text)', documents('toml'))).toEqual(expected);
  });

  it('markdown and plain text: the template with the input left open', () => {
    expect(code('plaintext', { template: 'Review:\n{input}\n{prompt} {mask}' })).toBe('Review:\n{input}\nAbsolutely');
    expect(code('markdown')).toBe('```text\n{input} Absolutely\n```');
    expect(code('markdown', { prompt: '```` x' })).toBe('`````text\n{input} ```` x\n`````');
  });

  it('says when a language has no function form', () => {
    expect(() => code('latex')).toThrow(InsertionError);
    expect(() => code('latex')).toThrow('no function form for the language “latex”');
    expect(() => code('c', { prompt: 'a\0b' })).toThrow('NUL');
  });
});

describe('names', () => {
  it.each([
    ['sentiment', 'sentiment_prompt', 'sentimentPrompt'],
    ['AGNews topics', 'ag_news_topics_prompt', 'agNewsTopicsPrompt'],
    ['my-task.v2', 'my_task_v2_prompt', 'myTaskV2Prompt'],
    ['émotions', 'emotions_prompt', 'emotionsPrompt'],
    ['2 classes', 'task_2_classes_prompt', 'task2ClassesPrompt'],
    ['Best Prompt', 'best_prompt', 'bestPrompt'],
    ['感情', 'task_prompt', 'taskPrompt'],
    ['', 'task_prompt', 'taskPrompt'],
    ['class', 'class_prompt', 'classPrompt'],
  ])('%j', (taskName, snake, camel) => {
    expect(snakeCase(nameWords(taskName))).toBe(snake);
    expect(camelCase(nameWords(taskName))).toBe(camel);
  });
});
