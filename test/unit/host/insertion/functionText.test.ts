import { runInNewContext } from 'node:vm';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import type { FoundPrompt } from '../../../../src/host/insertion/found';
import { parseTemplate, templateText, type Message } from '../../../../src/spec/template';
import { identifier, promptFunction } from '../../../../src/host/insertion/functions';
import { hasFunction } from '../../../../src/host/insertion/functionLanguages';
import { readSum } from './escapeReader';
import { found, functionsIn } from './functions';
import { NASTY, randomTexts } from './nastyTexts';

const code = (languageId: string, more = {}, unit = '    '): string => promptFunction(found(more), languageId, unit).join('\n');

const refused = (code: string): Error => expect.objectContaining({ name: 'InsertionError', code }) as Error;

describe('promptFunction', () => {
  it('looks handwritten', () => {
    expect(code('python')).toBe(`def sentiment_prompt(text: str) -> str:
    """The text to send to bundled:causal for the task 'sentiment'.

    Prompt found by RLPrompt; held-out accuracy 78.0% (76.0 to 80.0%, n = 1,821).
    RLPrompt run: 1
    """
    return text + " Absolutely"`);
    expect(code('typescript', { template: 'Review: {input} Verdict: {prompt}' }, '  ')).toBe(`/**
 * The text to send to bundled:causal for the task 'sentiment'.
 * Prompt found by RLPrompt; held-out accuracy 78.0% (76.0 to 80.0%, n = 1,821).
 * RLPrompt run: 1
 */
function sentimentPrompt(text: string): string {
  return "Review: " + text + " Verdict: Absolutely";
}`);
    expect(code('csharp')).toContain('public static string SentimentPrompt(string text)\n{\n    return text + " Absolutely";\n}');
    expect(code('go', {}, '\t')).toContain('\nfunc sentimentPrompt(text string) string {\n\treturn text + " Absolutely"\n}');
  });

  it.each(['python', 'typescript', 'javascript', 'java', 'csharp', 'go', 'rust'])(
    'names the label words, whatever they hold: %s',
    (languageId) => {
      const classes = [
        { label: 'negative', word: 'terrible' },
        { label: 'ends */ here\n"""', word: 'great' },
      ];
      const written = code(languageId, { classes });
      expect(written).toContain('Label words: terrible for negative, great for ends *');
      expect(written).not.toContain('ends */');
      expect(written.split('\n')).toHaveLength(code(languageId).split('\n').length + 1);
      // A text that is generated has no label words.
      expect(code(languageId, { classes: [{ label: '', word: '' }] })).toBe(code(languageId));
    },
  );

  const chat = (prompt = 'Absolutely'): Partial<FoundPrompt> => {
    const messages: Message[] = [
      { role: 'system', content: '{prompt}' },
      { role: 'assistant', content: 'say "yes"' },
      { role: 'user', content: 'Review: {input}!' },
    ];
    const { parts, turns } = parseTemplate(messages);
    return { template: templateText(messages), parts, turns: turns!, prompt };
  };

  it('fills the messages of a chat', () => {
    expect(code('python', chat())).toBe(`def sentiment_prompt(text: str) -> list[dict[str, str]]:
    """The messages to send to bundled:causal for the task 'sentiment'.

    Prompt found by RLPrompt; held-out accuracy 78.0% (76.0 to 80.0%, n = 1,821).
    RLPrompt run: 1
    """
    return [
        {"role": "system", "content": "Absolutely"},
        {"role": "assistant", "content": "say \\"yes\\""},
        {"role": "user", "content": "Review: " + text + "!"},
    ]`);
    const javascript = code('javascript', chat(), '  ');
    const call = runInNewContext(`${javascript}\nsentimentPrompt('a "b"')`) as unknown;
    expect(JSON.parse(JSON.stringify(call))).toEqual([
      { role: 'system', content: 'Absolutely' },
      { role: 'assistant', content: 'say "yes"' },
      { role: 'user', content: 'Review: a "b"!' },
    ]);
    const typescript = code('typescript', chat(), '  ');
    expect(ts.transpileModule(typescript, { reportDiagnostics: true }).diagnostics).toEqual([]);
    expect(code('python', chat(''))).not.toContain('system');
    expect(code('csharp', chat())).toContain(`public static (string Role, string Content)[] SentimentPrompt(string text)
{
    return new (string Role, string Content)[] {
        ("system", "Absolutely"),
        ("assistant", "say \\"yes\\""),
        ("user", "Review: " + text + "!"),
    };
}`);
  });

  it('writes an instruction of several lines on lines of its own', () => {
    const prompt = `You sort reviews by their mood.\n\nRules:\n- ${'Irony counts as what it means, not as what it says. '.repeat(2)}`;
    expect(
      code('python', { ...chat(prompt) })
        .split('\n')
        .slice(6),
    ).toEqual([
      '    return [',
      '        {"role": "system", "content": (',
      '            "You sort reviews by their mood.\\n" +',
      '            "\\n" +',
      '            "Rules:\\n" +',
      '            "- Irony counts as what it means, not as what it says. Irony counts as what it means, not " +',
      '            "as what it says. "',
      '        )},',
      '        {"role": "assistant", "content": "say \\"yes\\""},',
      '        {"role": "user", "content": "Review: " + text + "!"},',
      '    ]',
    ]);
    expect(code('go', { template: '{prompt} Review: {input}', prompt: prompt.slice(0, 44) + 'x'.repeat(70) }, '\t')).toContain(
      `return "You sort reviews by their mood.\\n" +\n\t\t"\\n" +\n\t\t"Rules:\\n" +\n\t\t"- Ir${'x'.repeat(70)} Review: " +\n\t\ttext\n}`,
    );
  });

  it('csharp: returns what fillTemplate returns', () => {
    const functions = functionsIn('csharp', [...NASTY, ...randomTexts(20, 13)], ['An input', 'a "b" {prompt} \\ text + ']);
    for (const { declaration, cases } of functions) {
      const sum = /return (.*?);\n\}/.exec(declaration)![1]!;
      for (const { input, text } of cases) expect(readSum(sum, 'csharp', input)).toBe(text);
    }
  });

  it('fills the mask token in on a masked model and drops the mask on a causal one', () => {
    const template = '{input} {prompt} {mask} .';
    expect(code('python', { template, masked: true, maskToken: '[MASK]' })).toContain('return text + " Absolutely [MASK] ."');
    expect(code('python', { template })).toContain('return text + " Absolutely"');
    expect(() => code('python', { template, masked: true })).toThrow(refused('noMaskToken'));
    expect(() => code('python', { template: '{mask} {input} {prompt}' })).toThrow(refused('template'));
  });

  it('has no space for an empty prompt', () => {
    expect(code('python', { prompt: '' })).toMatch(/return text$/);
    expect(code('python', { prompt: '', template: '{prompt} Review: {input}' })).toContain('return "Review: " + text');
    // An input of no characters changes nothing about that: the models are asked the same way.
    const template = { prompt: '', template: '{input}{prompt} {mask}', masked: true, maskToken: '<M>' };
    expect(code('python', template)).toContain('return text + " <M>"');
  });

  it('states no accuracy that was not measured', () => {
    const { accuracy: _a, interval: _i, n: _n, ...rest } = found();
    expect(promptFunction(rest, 'java', '  ')[2]).toBe(' * Prompt found by RLPrompt; not scored on held-out rows.');
  });

  it.each([
    ['policy', true],
    ['random', false],
    ['manual', false],
    ['evaluated', false],
  ] as const)('says that RLPrompt found a prompt only if it did: %s', (origin, searched) => {
    const line = code('java', { origin }).split('\n')[2]!;
    expect(line.includes('found by RLPrompt')).toBe(searched);
    expect(line.includes('found')).toBe(origin === 'policy' || origin === 'random');
    expect(line).toContain('held-out accuracy 78.0%');
  });

  it('is offered only by languages that have it', () => {
    const languages = ['python', 'typescriptreact', 'vue', 'java', 'csharp', 'go', 'rust'];
    for (const languageId of languages) expect(hasFunction(languageId)).toBe(true);
    for (const languageId of ['json', 'c', 'shellscript', 'markdown', 'plaintext', 'latex', 'constructor']) {
      expect(hasFunction(languageId)).toBe(false);
      expect(() => code(languageId)).toThrow(refused('noFunction'));
    }
  });

  it('keeps long names short', () => {
    for (const line of promptFunction(found({ taskName: 'x'.repeat(500), taskModel: `folder:${'/y'.repeat(300)}` }), 'java', '').slice(
      0,
      4,
    ))
      expect(line.length).toBeLessThan(200);
  });
});

describe('names', () => {
  it.each([
    ['sentiment', 'sentiment_prompt'],
    ['AGNews topics', 'ag_news_topics_prompt'],
    ['my-task.v2', 'my_task_v2_prompt'],
    ['émotions', 'emotions_prompt'],
    ['2 classes', 'task_2_classes_prompt'],
    ['Best Prompt', 'best_prompt'],
    ['感情', 'task_prompt'],
    ['', 'task_prompt'],
    ['class', 'class_prompt'],
  ])('%j', (taskName, snake) => {
    expect(identifier(taskName, 'snake')).toBe(snake);
  });

  it('in other namings', () => {
    expect(identifier('AGNews topics', 'camel')).toBe('agNewsTopicsPrompt');
    expect(identifier('my-task.v2', 'pascal')).toBe('MyTaskV2Prompt');
  });
});
