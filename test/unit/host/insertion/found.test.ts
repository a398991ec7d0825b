import { describe, expect, it } from 'vitest';
import { foundPrompt } from '../../../../src/host/insertion/found';
import { aroundInput } from '../../../../src/host/insertion/functions';
import type { PromptRow, RunHead, RunSummary } from '../../../../src/run/view/runView';
import { RunViewBuilder } from '../../../../src/run/view/view';
import { parseTemplate } from '../../../../src/spec/template';

const score = { reward: 1, gap: 0.1, accuracy: 0.5 };
const estimate = { accuracy: 0.5, interval: [0.2, 0.8], n: 10 } as const;
const row: PromptRow = { rank: 1, estimate, prompt: 'It was', pieces: [], origin: 'policy', gap: 0.1, train: score, validation: score };

function head(template: string, summary?: { maskToken?: string }): RunHead {
  const builder = new RunViewBuilder('/runs/a', 'small', '/small.prompt-task.json');
  builder.set({
    template,
    parts: parseTemplate(template).parts,
    state: summary ? 'finished' : 'interrupted',
    ...(summary && { summary: summary as RunSummary }),
  });
  return builder.head;
}

describe('a prompt of a run as code', () => {
  it('of a run that has not ended has no mask token yet, and no function', () => {
    const found = foundPrompt(head('{input} {prompt} {mask} .'), row);
    expect(() => aroundInput(found)).toThrow(expect.objectContaining({ code: 'noMaskToken' }) as Error);
  });

  it('of a run that has ended has the mask token of a masked model, and none for a causal one', () => {
    const template = '{input} {prompt} {mask} .';
    expect(aroundInput(foundPrompt(head(template, { maskToken: '[MASK]' }), row))).toEqual({ before: '', after: ' It was [MASK] .' });
    expect(aroundInput(foundPrompt(head(template, {}), row))).toEqual({ before: '', after: ' It was' });
  });

  it.each(['policy', 'random', 'manual', 'evaluated'] as const)('keeps its origin: %s', (origin) => {
    expect(foundPrompt(head('{input} {prompt}', {}), { ...row, origin })).toMatchObject({ origin });
  });

  it('needs no mask token if the template has no mask', () => {
    expect(aroundInput(foundPrompt(head('{input} {prompt}'), row))).toEqual({ before: '', after: ' It was' });
  });
});
