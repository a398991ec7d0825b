import { describe, expect, it, vi } from 'vitest';
import { insertedPrompts } from '../../../../src/host/insertion/codeLenses';
import { promptFunction } from '../../../../src/host/insertion/functions';
import { parseTemplate } from '../../../../src/spec/template';
import { found } from './functions';

vi.mock('vscode', () => import('../editor'));

const view = (id: string, created: string, prompts: readonly string[], more: object = {}) => ({
  head: {
    id,
    created,
    specFile: '/x/a.prompt-task.json',
    state: 'finished',
    template: '{input} {prompt}',
    parts: parseTemplate('{input} {prompt}').parts,
    ...more,
  },
  rows: prompts.map((prompt, i) => ({
    prompt,
    pieces: [prompt],
    origin: 'policy',
    test: { accuracy: 0.9 - i / 10, interval: [0.8, 1], n: 100 },
  })),
});

const document = (text: string) => ({ getText: () => text });

describe('prompts of runs in code', () => {
  const code = ['import x', '', ...promptFunction(found({ prompt: 'It was "it"', runFolder: '/r/20260101-a' }), 'python', '    ')].join(
    '\n',
  );

  it('are found by the run that the code names, with their own score and a later run of the task', async () => {
    const views = [
      view('/r/20260101-a', '2026-01-01', ['It', 'It was "it"', 'It was']),
      view('/r/20260303-a', '2026-03-03', ['Newest']),
      view('/r/20260202-a', '2026-02-02', ['Newer']),
      view('/r/20260404-b', '2026-04-04', ['Other'], { specFile: '/x/b.prompt-task.json' }),
      view('/r/20260505-a', '2026-05-05', [], { state: 'running' }),
    ];
    const all = await insertedPrompts(document(code), { views: () => Promise.resolve(views) } as never);
    expect(all).toMatchObject([
      { head: { id: '/r/20260101-a' }, found: { prompt: 'It was "it"', accuracy: 0.8 }, newer: { id: '/r/20260303-a' } },
    ]);
    expect(code.split('\n')[all[0]!.line]).toContain('RLPrompt run: 20260101-a');
  });

  it('are found on several lines', async () => {
    const prompt = `You sort reviews.\n${'Irony counts as "what it means".\n'.repeat(9)}`;
    for (const language of ['python', 'typescript', 'java', 'go', 'rust']) {
      const text = promptFunction(found({ prompt, template: '{prompt} {input}', runFolder: '/r/a' }), language, '  ').join('\n');
      const views = { views: () => Promise.resolve([view('/r/a', '2026-01-01', ['You sort reviews.', prompt])]) } as never;
      expect((await insertedPrompts(document(text), views))[0]!.found?.prompt).toBe(prompt);
    }
  });

  it('have no newer run where there is none, and nothing is said of a run that is not here', async () => {
    const views = (id: string) => ({ views: () => Promise.resolve([view(id, '2026-01-01', ['It was "it"'])]) }) as never;
    expect((await insertedPrompts(document(code), views('/r/20260101-a')))[0]!.newer).toBeUndefined();
    expect(await insertedPrompts(document(code), views('/r/else'))).toEqual([]);
  });

  it('cost nothing in a document without one', async () => {
    const views = vi.fn();
    expect(await insertedPrompts(document('x = 1\n'), { views })).toEqual([]);
    expect(views).not.toHaveBeenCalled();
  });
});
