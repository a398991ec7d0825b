import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { NewTasks } from '../../../../src/host/commands/optimize';
import type { Look } from '../../../../src/host/spec/specService';

const { editor, told } = vi.hoisted(() => {
  const told: string[] = [];
  const tell = (message: string, options?: unknown) => {
    told.push(message, ...(options === undefined ? [] : [JSON.stringify(options)]));
    return Promise.resolve(undefined);
  };
  const editor = {
    l10n: { t: (text: string, ...values: unknown[]) => text.replace(/\{(\d+)\}/g, (_, n: string) => String(values[Number(n)])) },
    workspace: {
      isTrusted: true,
      asRelativePath: ({ path }: { path: string }) => path.slice(1),
      openTextDocument: () => Promise.resolve({ getText: () => '{}' }),
    },
    window: {
      activeTextEditor: undefined as unknown,
      showInformationMessage: tell,
      showErrorMessage: tell,
      showQuickPick: () => tell('which task?'),
    },
  };
  return { editor, told };
});
vi.mock('vscode', () => ({ ...editor, Uri: {}, QuickPickItemKind: {} }));

const { offerStart, optimize, tryLabelWords, tryLongerPrompt } = await import('../../../../src/host/commands/optimize');

const uri = (path: string) => ({ path, fsPath: path, scheme: 'file' }) as never;
const fromDataset = vi.fn<NewTasks['fromDataset']>(() => Promise.resolve(undefined));
const tasks = (look: Partial<Look> = {}): NewTasks => ({
  fromDataset,
  sample: () => Promise.resolve(undefined),
  look: () => Promise.resolve({ error: undefined, data: [], ...look }),
});

beforeEach(() => {
  told.length = 0;
  fromDataset.mockClear();
});

describe('Optimize Prompt from the palette', () => {
  it.each([
    ['/a/NEWS.CSV', ''],
    ['/a/b.ndjson', ''],
    ['/a/b.json', '[\n {"text": "a"}]'],
  ])('takes the data file in the active editor: %s', async (path, text) => {
    editor.window.activeTextEditor = { document: { uri: uri(path), fileName: path, getText: () => text } };
    await optimize(undefined as never, undefined as never, tasks());
    expect(fromDataset).toHaveBeenCalledWith(uri(path));
    expect(told).toEqual([]);
  });
});

describe('Try Other Label Words', () => {
  it("runs the run's spec and seed again, with a search for label words, and shows that run", async () => {
    const runs = { optimize: vi.fn(() => '/a/.rlprompt/runs/2') };
    const panels = { show: vi.fn(() => Promise.resolve()) };
    await tryLabelWords(runs as never, panels as never, { specFile: '/a/b.prompt-task.json', seed: 3 });
    expect(runs.optimize).toHaveBeenCalledWith('/a/b.prompt-task.json', 3, true);
    expect(panels.show).toHaveBeenCalledWith('/a/.rlprompt/runs/2');
  });
});

describe('A Longer Prompt', () => {
  it.each([
    ['runs the spec with one token more once the user agrees', 'Start', 1],
    ['starts nothing without that', undefined, 0],
  ] as const)('%s', async (_, answer, times) => {
    const runs = { optimize: vi.fn(() => '/a/.rlprompt/runs/2') };
    const panels = { show: vi.fn(() => Promise.resolve()) };
    vi.spyOn(editor.window, 'showInformationMessage').mockResolvedValueOnce(answer as never);
    await tryLongerPrompt(runs as never, panels as never, { name: 'b', specFile: '/a/b.prompt-task.json', seed: 3, promptLength: 2 });
    expect(runs.optimize).toHaveBeenCalledTimes(times);
    if (times > 0) expect(runs.optimize).toHaveBeenCalledWith('/a/b.prompt-task.json', 3, false, 3);
  });
});

describe('a new spec', () => {
  it('that is ready says what its data holds', async () => {
    const data = ['a.csv: 12 rows in 2 classes: x 6, y 6', 'train: 1 duplicate row was left out'];
    await offerStart(undefined as never, undefined as never, tasks({ data }), Promise.resolve(uri('/a.prompt-task.json')));
    expect(told).toEqual([
      'a.prompt-task.json is ready. Start the search for a better prompt?',
      JSON.stringify({ modal: true, detail: 'a.csv: 12 rows in 2 classes: x 6, y 6.\ntrain: 1 duplicate row was left out.' }),
    ]);
  });

  it('with an error is not called ready', async () => {
    const error: Look['error'] = {
      severity: 'error',
      code: 'spec.labelDuplicate',
      args: [],
      file: 'a',
      field: 'labels.x',
      message: 'twice',
    };
    await offerStart(undefined as never, undefined as never, tasks({ error }), Promise.resolve(uri('/a.prompt-task.json')));
    expect(told).toEqual(['a.prompt-task.json needs a change before it can run: labels.x: twice.']);
  });
});
