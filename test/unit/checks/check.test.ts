import { basename } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { checkSpec } from '../../../src/checks/check';
import type { Problem } from '../../../src/spec/problem';
import { csv, lines, makeFolder } from '../data/folder';

/** Counts the files that are opened through Node. */
const { opened, counting } = vi.hoisted(() => {
  const opened: string[] = [];
  type Open = (path: never, ...rest: never[]) => unknown;
  const counted =
    (open: Open): Open =>
    (path, ...rest) => {
      opened.push(String(path));
      return open(path, ...rest);
    };
  const counting = <T extends object>(fs: T, ...names: (keyof T)[]): T => ({
    ...fs,
    ...Object.fromEntries(names.map((name) => [name, counted(fs[name] as Open)])),
  });
  return { opened, counting };
});
vi.mock('node:fs', async (original) =>
  counting(await original<typeof import('node:fs')>(), 'createReadStream', 'readFileSync', 'openSync'),
);
vi.mock('node:fs/promises', async (original) => counting(await original<typeof import('node:fs/promises')>(), 'readFile', 'open'));

const FILES = { 'train.csv': csv(...lines('train', { neg: 10, pos: 10 })) };

async function check(spec: string, { data = true, models = true, files = FILES } = {}): Promise<Problem[]> {
  const folder = await makeFolder(files);
  return checkSpec(spec, `${folder}/x.prompt-task.json`, { data, models });
}

describe('a check of a spec', () => {
  it('finds nothing in a good one', async () => {
    expect(await check('{ "data": { "train": "train.csv" }, "labels": { "neg": "bad", "pos": "good" } }')).toEqual([]);
  });

  it('finds what a run would refuse: fields, then data, then label words', async () => {
    expect(await check('{ "data": 1 }')).toMatchObject([{ field: 'data', line: 1, severity: 'error' }]);
    const missing = '{ "data": { "train": "trian.csv" } }';
    expect(await check(missing)).toMatchObject([{ field: 'data.train' }]);
    expect(await check(missing, { data: false })).toEqual([]);
    const longWord = '{ "data": { "train": "train.csv" }, "labels": { "neg": "antidisestablish", "pos": "good" } }';
    expect(await check(longWord)).toMatchObject([{ severity: 'warning', field: 'labels.neg' }]);
    expect(await check(longWord, { models: false })).toEqual([]);
    expect(await check('{ "data": { "train": "train.csv" }, "taskModel": "bundled:none" }')).toMatchObject([{ field: 'taskModel' }]);
  });

  it('reports all problems at once, not one layer after another', async () => {
    const fields = '{ "data": { "train": "train.csv" }, "tempate": "x", "template": "{input}", "prompt": { "length": 0 } }';
    expect((await check(fields)).map(({ field }) => field).sort()).toEqual(['prompt.length', 'template', 'tempate'].sort());
    const files = '{ "data": { "train": "trian.csv" }, "labels": { "neg": "bad", "pos": "bad" } }';
    expect((await check(files)).map(({ field }) => field)).toEqual(['data.train', 'labels.pos']);
    const budget = { data: { train: 'train.csv' }, labels: { neg: 'bad', pos: 'bad' }, search: { queryBudget: 3 } };
    expect((await check(JSON.stringify(budget))).map(({ field }) => field)).toEqual(['search.queryBudget', 'labels.pos']);
  });

  it.each(['[]', 'null', '3', '"text"'])('survives a file that holds %s', async (text) => {
    expect(await check(text)).toMatchObject([{ severity: 'error' }]);
  });

  it('finds more rows for each prompt than there are, and offers as many as there are', async () => {
    const labels = { neg: 'bad', pos: 'good' };
    const rows = (rowsPerPrompt: number) => JSON.stringify({ data: { train: 'train.csv' }, labels, search: { rowsPerPrompt } });
    const [problem] = await check(rows(4000));
    expect(problem).toMatchObject({ severity: 'error', field: 'search.rowsPerPrompt', code: 'search.fewerRows' });
    const [{ rowsPerPrompt, pool }] = problem!.args as [{ rowsPerPrompt: number; pool: number }];
    expect(rowsPerPrompt).toBe(4000);
    expect(await check(rows(pool + 1))).toHaveLength(1);
    expect((await check(rows(pool))).filter(({ field }) => field === 'search.rowsPerPrompt')).toEqual([]);
  });

  it.each([
    { preset: 'paper', code: 'search.budgetTooSmall', least: 'total' },
    { preset: 'default', code: 'search.budgetTooSmallForRace', least: 'needed' },
  ])('finds a budget without room for one step and the choice: $preset', async ({ preset, code, least: name }) => {
    const budget = (queryBudget: number) => ({ data: { train: 'train.csv' }, search: { preset, queryBudget } });
    const labels = { neg: 'bad', pos: 'good' };
    const [problem] = await check(JSON.stringify({ ...budget(100), labels }));
    expect(problem).toMatchObject({
      severity: 'error',
      field: 'search.queryBudget',
      code,
      args: [{ budget: 100 }],
    });
    const least = (problem!.args as [Record<string, number>])[0][name]!;
    expect(await check(JSON.stringify({ ...budget(least - 1), labels }))).toHaveLength(1);
    expect(await check(JSON.stringify({ ...budget(least), labels }))).toEqual([]);
  });

  it.each(['causal', 'masked'])('reads the tokenizer of bundled:%s once, and never its weights', async (name) => {
    const model = { taskModel: `bundled:${name}` };
    const spec = JSON.stringify({ data: { train: 'train.csv' }, labels: { neg: 'bad', pos: 'good' }, ...model });
    const filesOfModel = async (run: () => unknown): Promise<string[]> => {
      opened.length = 0;
      await run();
      return [...new Set(opened.filter((path) => path.includes('models')).map((path) => basename(path)))].sort();
    };
    const first = await filesOfModel(() => check(spec));
    for (const file of first) expect(file).toMatch(/^(chat_template\.jinja|(config|tokenizer|tokenizer_config|special_tokens_map)\.json)$/);
    expect(await filesOfModel(() => check(spec))).toEqual([]);
    expect(opened.some((path) => path.endsWith('train.csv'))).toBe(true);
  });

  it('opens only bundled models', async () => {
    expect(await check('{ "data": { "train": "train.csv" }, "taskModel": "hf:nobody/nothing" }')).toEqual([]);
  });

  it('warns of labels that differ only in capitals, beside what else is wrong', async () => {
    const files = { 'train.csv': csv(...lines('train', { neg: 10, pos: 10, Neg: 4 })) };
    const warning = { severity: 'warning', code: 'data.twinLabels', args: [{ labels: ['neg', 'Neg'] }] };
    expect(await check('{ "data": { "train": "train.csv" } }', { files, models: false })).toMatchObject([warning]);
    const labels = { neg: 'bad', Neg: 'bad', pos: 'good' };
    expect(await check(JSON.stringify({ data: { train: 'train.csv' }, labels }), { files })).toMatchObject([
      { ...warning, field: 'labels.Neg' },
      { severity: 'error', code: 'spec.labelDuplicate' },
    ]);
  });

  it('leaves large data to the run', async () => {
    const files = { 'train.csv': csv(`${'x'.repeat(20_000_001)},neg`) };
    expect(await check('{ "data": { "train": "train.csv" } }', { files })).toEqual([]);
  });
});
