import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { checkSpec } from '../../../../src/checks/check';
import { inspectDataset, suggestWords } from '../../../../src/checks/inspect';
import type { SpecService } from '../../../../src/host/spec/specService';
import { parseSpec, type Spec } from '../../../../src/spec/spec';
import { makeFolder, type Files } from '../../data/folder';

/** As much of VS Code as a new task needs; `answers` are the user's, by what a question says. */
const { editor, answers, asked, offered } = vi.hoisted(() => {
  const answers: [RegExp, string][] = [];
  const asked: string[] = [];
  const offered: { label: string; detail?: string }[][] = [];
  const t = (text: string, ...values: unknown[]) => text.replace(/\{(\d+)\}/g, (_, n: string) => String(values[Number(n)]));
  const answer = (question: string): string | undefined => {
    asked.push(question);
    const at = answers.findIndex(([pattern]) => pattern.test(question));
    return at < 0 ? undefined : answers.splice(at, 1)[0]![1];
  };
  const editor = {
    l10n: { t },
    Uri: { file: (fsPath: string) => ({ fsPath, path: fsPath }) },
    settings: {} as Record<string, string>,
    workspace: {
      getConfiguration: () => ({ get: (name: string, otherwise: unknown) => editor.settings[name] ?? otherwise }),
      fs: { writeFile: vi.fn() },
    },
    window: {
      showTextDocument: () => Promise.resolve(),
      showInputBox: ({ prompt }: { prompt: string }) => Promise.resolve(answer(prompt)),
      showQuickPick: (items: { label: string }[], { placeHolder }: { placeHolder: string }) => {
        offered.push(items);
        const label = answer(placeHolder);
        return Promise.resolve(items.find((item) => item.label === label));
      },
    },
  };
  return { editor, answers, asked, offered };
});
vi.mock('vscode', () => editor);
editor.workspace.fs.writeFile.mockImplementation(({ fsPath }: { fsPath: string }, bytes: Uint8Array) => writeFile(fsPath, bytes));

const { newTaskFromDataset } = await import('../../../../src/host/spec/newTask');

const service = {
  inspect: (file: string) => inspectDataset(file),
  suggestWords,
  check: (text: string, file: string, depth: { data: boolean; models: boolean }) => checkSpec(text, file, depth),
} as unknown as SpecService;

beforeEach(() => {
  answers.length = asked.length = offered.length = 0;
  editor.settings = {};
});

/** The spec that a data file gets, once its own check finds no error. */
async function specFor(files: Files, name: string): Promise<Spec> {
  const folder = await makeFolder(files);
  const uri = await newTaskFromDataset(service, { fsPath: join(folder, name), path: join(folder, name) } as never);
  const text = await readFile(uri!.fsPath, 'utf8');
  const errors = (await checkSpec(text, uri!.fsPath, { data: true, models: true })).filter(({ severity }) => severity === 'error');
  expect(errors).toEqual([]);
  return parseSpec(text, uri!.fsPath);
}

const rows = (count: number, row: (i: number) => string): string => Array.from({ length: count }, (_, i) => `${row(i)}\n`).join('');

describe('the spec of a data file', () => {
  it('of semicolons, blanks, bare quotes and labels in two spellings runs as it is', async () => {
    const labels = ['World', 'Sports', 'business', 'World', 'sports', '', 'Business', 'world'];
    const news = `headline;desk\n${rows(80, (i) => `${i % 11 === 0 ? '' : `a 5" headline, number ${i}`};${labels[i % labels.length]}`)}`;
    const spec = await specFor({ 'NEWS.CSV': news }, 'NEWS.CSV');
    expect(spec.data).toMatchObject({ train: 'NEWS.CSV', input: 'headline', label: 'desk', ignoreCase: true });
    expect(spec.autoLabels).toBe(true);
    expect(asked).toEqual([]);
  });

  it('leaves label words to the run, whatever the labels are', async () => {
    const values = Array.from({ length: 5200 }, (_, i) => ({ body: `text ${i}`, kind: i < 5100 ? ['good', 'bad'][i % 2] : 'mixed' }));
    expect((await specFor({ 'a.json': JSON.stringify(values) }, 'a.json')).autoLabels).toBe(true);
    expect((await specFor({ 'a.csv': `text,label\n${rows(40, (i) => `text ${i},${i % 2}`)}` }, 'a.csv')).autoLabels).toBe(true);
    expect(asked).toEqual([]);
  });

  it('for a server asks for words where the labels name none', async () => {
    editor.settings = { defaultTaskModel: 'openai:tiny@http://localhost:1/v1' };
    const numbers = { 'a.csv': `text,label\n${rows(40, (i) => `text ${i},${i % 2}`)}` };
    answers.push([/“0”/, 'terrible'], [/“1”/, 'great']);
    expect((await specFor(numbers, 'a.csv')).labels).toEqual({ '0': 'terrible', '1': 'great' });
    expect(asked).toHaveLength(2);
    expect((await specFor({ 'b.csv': `text,label\n${rows(40, (i) => `text ${i},${['good', 'bad'][i % 2]}`)}` }, 'b.csv')).autoLabels).toBe(
      true,
    );
    expect(asked).toHaveLength(2);
  });

  it('of many classes has the budget that they need', async () => {
    const names = Array.from({ length: 20 }, (_, c) => `c${c}`);
    const spec = await specFor({ 'a.csv': `text,label\n${rows(4000, (i) => `text ${i},${names[i % 20]}`)}` }, 'a.csv');
    expect(spec.search.queryBudget).toBe(10_000);
  });

  it('merges a spelling that only the test file has', async () => {
    const files = {
      'train.csv': `text,label\n${rows(40, (i) => `text ${i},${['good', 'bad'][i % 2]}`)}`,
      'test.csv': `text,label\n${rows(40, (i) => `test ${i},${['Good', 'bad'][i % 2]}`)}`,
    };
    expect((await specFor(files, 'train.csv')).data).toMatchObject({ test: 'test.csv', ignoreCase: true });
  });

  it('asks for the class with the values of each column, those with the fewest first', async () => {
    const tickets = `sender,team,mail\n${rows(60, (i) => `sender ${i % 12},${['sales', 'support', 'hr'][i % 3]},text number ${i} of the mails`)}`;
    answers.push([/class/, 'team']);
    expect((await specFor({ 'a.csv': tickets }, 'a.csv')).data).toMatchObject({ input: 'mail', label: 'team' });
    expect(offered[0]!.map(({ label }) => label)).toEqual(['team', 'sender']);
    expect(offered[0]![0]!.detail).toBe('sales (20), support (20), hr (20)');
  });

  it('is one of generated texts where rows have right answers in place of classes', async () => {
    const spec = await specFor({ 'qa.csv': `question,answer\n${rows(40, (i) => `what is ${i} plus ${i}?,it is ${2 * i}`)}` }, 'qa.csv');
    expect(spec).toMatchObject({ kind: 'generation', data: { input: 'question', reference: 'answer' }, metrics: [{ type: 'f1' }] });
    const repeated = await specFor({ 'b.csv': `question,answer\n${rows(90, (i) => `what is ${i} halved?,it is ${i >> 1}`)}` }, 'b.csv');
    expect(repeated.kind).toBe('generation');
    expect(asked).toEqual([]);
    await expect(specFor({ 'c.csv': `question,remark\n${rows(40, (i) => `what is ${i}?,it is ${i}`)}` }, 'c.csv')).rejects.toThrow('c.csv');
  });

  it('is not written if the user cancels', async () => {
    editor.settings = { defaultTaskModel: 'openai:tiny@http://localhost:1/v1' };
    const folder = await makeFolder({ 'a.csv': `text,label\n${rows(40, (i) => `text ${i},${i % 2}`)}` });
    const uri = { fsPath: join(folder, 'a.csv'), path: join(folder, 'a.csv') };
    expect(await newTaskFromDataset(service, uri as never)).toBeUndefined();
    await expect(copyFile(join(folder, 'a.prompt-task.json'), join(folder, 'b'))).rejects.toThrow();
  });
});
