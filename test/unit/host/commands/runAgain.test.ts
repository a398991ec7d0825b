import { applyEdits } from 'jsonc-parser';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const SPEC = `{
  // Kept.
  "data": { "train": "x.csv" },
  "labels": { "0": "terrible", "1": "great" },
  "prompt": { "length": 2 }
}`;

const { state } = vi.hoisted(() => ({
  state: { text: '', answers: [] as (string | undefined)[], refused: [] as string[], offered: [] as unknown[] },
}));
vi.mock('vscode', async () => {
  const editor = await import('../editor');
  class WorkspaceEdit {
    readonly edits: { offset: number; length: number; content: string }[] = [];
    replace = (_: unknown, { start, end }: { start: number; end: number }, content: string) =>
      this.edits.push({ offset: start, length: end - start, content });
  }
  class Range {
    constructor(
      readonly start: number,
      readonly end: number,
    ) {}
  }
  const document = { uri: {}, getText: () => state.text, positionAt: (offset: number) => offset, save: () => Promise.resolve(true) };
  const applyEdit = ({ edits }: WorkspaceEdit) => {
    state.text = applyEdits(state.text, edits);
    return Promise.resolve(true);
  };
  const pick = (items: { label: string }[]) => {
    const label = state.answers.shift();
    return Promise.resolve(items.find((one) => one.label === label));
  };
  const type = ({ value, validateInput }: { value: string; validateInput: (text: string) => string | undefined }) => {
    state.offered.push(value);
    const text = state.answers.shift();
    const wrong = text === undefined ? undefined : validateInput(text);
    if (wrong !== undefined) state.refused.push(wrong);
    return Promise.resolve(wrong === undefined ? text : undefined);
  };
  return {
    ...editor,
    WorkspaceEdit,
    Range,
    QuickPickItemKind: {},
    workspace: { ...editor.workspace, openTextDocument: () => Promise.resolve(document), applyEdit },
    window: { showQuickPick: pick, showInputBox: type },
  };
});

const { runAgain } = await import('../../../../src/host/commands/runAgain');

/** Runs again with these answers; what was started, with the spec at that time. */
function again(...answers: (string | undefined)[]): Promise<{ started: unknown[]; text: string }> {
  return againAfter({}, ...answers);
}

async function againAfter(run: object, ...answers: (string | undefined)[]): Promise<{ started: unknown[]; text: string }> {
  state.answers = answers;
  state.offered = [];
  const given = { promptLength: 2, queryBudget: 5000, taskModel: 'bundled:causal' };
  const head = { id: '/r/a', name: 'a', specFile: '/x/a.prompt-task.json', seed: 3, ...given, ...run };
  const started: unknown[] = [];
  const runs = {
    get: () => Promise.resolve({ head }),
    list: () => Promise.resolve([head, { ...head, seed: 7 }, { ...head, specFile: '/x/b.prompt-task.json', seed: 99 }]),
    optimize: (...job: unknown[]) => started.push(...job),
  };
  await runAgain(runs as never, { show: () => Promise.resolve() } as never, '/r/a');
  return { started, text: state.text };
}

beforeEach(() => {
  state.text = SPEC;
  state.refused.length = 0;
});

describe('a run again', () => {
  it('with another seed leaves the spec as it is', async () => {
    expect(await again('Another seed', '8')).toEqual({ started: ['/x/a.prompt-task.json', 8], text: SPEC });
  });

  it.each([
    [['Another prompt length', '4'], SPEC.replace('"length": 2', '"length": 4')],
    [['Other label words', 'bad', 'good'], SPEC.replace('terrible', 'bad').replace('great', 'good')],
  ])('%j changes one thing in the spec, keeps its comments, and keeps the seed', async (answers, expected) => {
    const { started, text } = await again(...answers);
    expect(started).toEqual(['/x/a.prompt-task.json', 3]);
    expect(JSON.parse(text.replace(/\/\/.*/g, ''))).toEqual(JSON.parse(expected.replace(/\/\/.*/g, '')));
    expect(text).toContain('// Kept.');
  });

  it('writes a budget and a model that the spec did not have', async () => {
    expect((await again('Another budget', '900')).text).toContain('"queryBudget": 900');
    expect((await again('Another model', 'bundled:masked')).text).toContain('"taskModel": "bundled:masked"');
  });

  it('offers what the run had, whatever its spec says now', async () => {
    const run = { promptLength: 4, queryBudget: 10_000 };
    await againAfter(run, 'Another prompt length', undefined);
    expect(state.offered).toEqual(['4']);
    await againAfter(run, 'Another budget', undefined);
    expect(state.offered).toEqual(['10000']);
  });

  it('bounds the texts of a generation, as its run counted them', async () => {
    const { text } = await againAfter({ queryBudget: 500, texts: { samples: 4, metrics: [] } }, 'Another budget', '900');
    expect(state.offered).toEqual(['2000']);
    expect(JSON.parse(text.replace(/\/\/.*/g, ''))).toMatchObject({ search: { generationBudget: 900 } });
  });

  it('does not start if the user cancels, or types what is no number', async () => {
    for (const answers of [[undefined], ['Another seed', undefined], ['Another prompt length', '17'], ['Other label words', 'bad', 'bad']])
      expect(await again(...answers)).toEqual({ started: [], text: SPEC });
    expect(state.refused).toHaveLength(2);
  });
});
