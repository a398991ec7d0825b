import { describe, expect, it } from 'vitest';
import { promptClassifier } from '../../../../src/host/insertion/classifier';
import type { FoundPrompt } from '../../../../src/host/insertion/found';
import { promptFunction } from '../../../../src/host/insertion/functions';
import { replaced } from '../../../../src/host/insertion/replacement';
import type { ModelCall } from '../../../../src/model/call';
import { parseTemplate } from '../../../../src/spec/template';
import { found } from './functions';

const call: ModelCall = { way: 'completion-logprobs', url: 'http://x/v1', model: 'm', top: 5, firsts: ['a', 'b'] };
const classes = [
  { label: 'x', word: 'a' },
  { label: 'y', word: 'b' },
];
const old = found({ call, classes, runFolder: '/runs/20260101-old' });
const next = found({ call, classes, runFolder: '/runs/20260202-new', prompt: 'Overall, it\'s "fine"', accuracy: 0.918 });

/** A document with the replacement made; the marker's line is where the lens is. */
function after(document: string, languageId: string, from: FoundPrompt = old, to: FoundPrompt = next): string | undefined {
  const line = document.split('\n').findIndex((one) => one.includes('RLPrompt run:'));
  const change = replaced(document, line, languageId, from, to);
  return change && document.slice(0, change.offset) + change.text + document.slice(change.offset + change.length);
}

const around = (code: readonly string[], indent: string, eol: string): string =>
  ['first', '', ...code.map((line) => (line === '' ? '' : indent + line)), '', 'last'].join(eol);

describe('inserted code with the prompt of a newer run', () => {
  it.each(['python', 'typescript', 'java', 'csharp', 'go', 'rust'])('%s: is as if that one had been inserted', (languageId) => {
    for (const [unit, indent, eol] of [
      ['    ', '', '\n'],
      ['\t', '\t', '\n'],
      ['  ', '  ', '\r\n'],
    ] as const)
      expect(after(around(promptFunction(old, languageId, unit), indent, eol), languageId)).toBe(
        around(promptFunction(next, languageId, unit), indent, eol),
      );
  });

  it.each(['python', 'typescript'])('%s: a classifier too, even of another model', (languageId) => {
    const other = { ...next, call: { ...call, model: 'another' } };
    expect(after(around(promptClassifier(old, languageId, '  '), '', '\n'), languageId, old, other)).toBe(
      around(promptClassifier(other, languageId, '  '), '', '\n'),
    );
  });

  const instruction = (last: string): string => `You sort reviews.\n${'Irony counts as "what it means".\n'.repeat(90)}${last}`;
  const long = [
    { ...old, prompt: instruction('Be brief.') },
    { ...next, prompt: instruction('Take your time.') },
  ] as const;

  it.each(['python', 'typescript', 'java', 'csharp', 'go', 'rust'])('%s: of many lines', (languageId) => {
    const [was, is] = long.map((one) => around(promptFunction(one, languageId, '  '), '', '\n'));
    expect(after(was!, languageId, ...long)).toBe(is);
    // Somebody has renamed the function and indented it anew.
    const edit = (code: string): string => code.replace(/sentiment_?prompt/i, 'ask').replaceAll(/^ {4}(?=")/gm, '\t  ');
    expect(after(edit(was!), languageId, ...long)).toBe(edit(is!));
  });

  it('of a chat', () => {
    const { parts, turns } = parseTemplate([
      { role: 'system', content: '{prompt}' },
      { role: 'user', content: 'Review: {input}' },
    ]);
    const [from, to] = long.map((one) => ({ ...one, parts, turns: turns! })) as [FoundPrompt, FoundPrompt];
    const [was, is] = [from, to].map((one) => around(promptFunction(one, 'python', '    '), '', '\n'));
    expect(after(was!, 'python', from, to)).toBe(is);
    expect(after(was!.replace('sentiment_prompt', 'ask'), 'python', from, to)).toBe(is!.replace('sentiment_prompt', 'ask'));
  });

  it('keeps what a formatter or a user has changed, if only the prompt differs', () => {
    const edited = around(promptFunction(old, 'typescript', '  '), '', '\n')
      .replaceAll('"', "'")
      .replace('sentimentPrompt', 'ask');
    const result = after(edited, 'typescript')!;
    expect(result).toContain("return text + ' Overall, it\\'s \"fine\"'");
    expect(result).toContain('function ask(');
    expect(result).toContain('RLPrompt run: 20260202-new');
    expect(result).toContain('held-out accuracy 91.8%');
    expect(result).not.toContain('78.0%');
  });

  it('leaves code as it is that was changed where it counts, or where the task is another', () => {
    const code = around(promptFunction(old, 'python', '    '), '', '\n');
    expect(after(code.replace(' Absolutely', ' Mostly'), 'python')).toBeUndefined();
    expect(after(code.replace('78.0%', '99%'), 'python')).toBeUndefined();
    expect(after(code.replace('sentiment_prompt', 'ask'), 'python', old, { ...next, taskModel: 'hf:a/b' })).toBeUndefined();
  });
});
