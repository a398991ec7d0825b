import { describe, expect, it } from 'vitest';
import { checkSpec } from '../../../../src/checks/check';
import type { Problem } from '../../../../src/spec/problem';
import { applyFix, makeFolder } from '../../data/folder';

const DATA = Array.from({ length: 12 }, (_, i) => `film ${i},${i % 2 === 0 ? 'neg' : 'pos'}\n`).join('');
const FILES = { 'train.csv': `text,label\n${DATA}` };

async function problems(folder: string, text: string): Promise<Problem[]> {
  return checkSpec(text, `${folder}/x.prompt-task.json`, { data: true, models: true });
}

/** The titles of the quick fixes of a spec's only problem, and the spec after the first of them. */
async function fixOf(text: string): Promise<{ titles: string[]; first: string; left: Problem[] }> {
  const folder = await makeFolder(FILES);
  const found = await problems(folder, text);
  expect(found).toHaveLength(1);
  const fixes = found[0]!.fixes ?? [];
  expect(fixes.length).toBeGreaterThan(0);
  const first = applyFix(text, fixes[0]!);
  return { titles: fixes.map(({ title }) => title), first, left: await problems(folder, first) };
}

const LABELS = '"labels": { "neg": "terrible", "pos": "great" }';

describe('a quick fix', () => {
  it('renames a field that is nearly right, and keeps comments and its value', async () => {
    const { titles, first, left } = await fixOf(`{
  // my data
  "data": { "train": "train.csv" },
  ${LABELS},
  "templat": "{input} {prompt}", // how it reads
}`);
    expect(titles).toEqual(['Rename to "template"', 'Remove "templat"']);
    expect(first).toBe(`{
  // my data
  "data": { "train": "train.csv" },
  ${LABELS},
  "template": "{input} {prompt}", // how it reads
}`);
    expect(left).toEqual([]);
  });

  it('removes a field that is like no other', async () => {
    const { titles, first, left } = await fixOf(`{ "data": { "train": "train.csv", "zzzzzz": 1 }, ${LABELS} }`);
    expect(titles).toEqual(['Remove "zzzzzz"']);
    expect(JSON.parse(first)).toEqual({ data: { train: 'train.csv' }, labels: { neg: 'terrible', pos: 'great' } });
    expect(left).toEqual([]);
  });

  it('offers each value that a field can take', async () => {
    const { titles, first, left } = await fixOf(`{ "data": { "train": "train.csv" }, ${LABELS}, "search": { "preset": "fast" } }`);
    expect(titles).toEqual(['Change to "default"', 'Change to "paper"']);
    expect(first).toContain('"preset": "default"');
    expect(left).toEqual([]);
  });

  it.each([
    ['"search": { "steps": 0 }', '"steps": 1'],
    ['"search": { "topK": 0 }', '"topK": 1'],
    ['"prompt": { "length": 99 }', '"length": 16'],
  ])('brings a number to its bound: %s', async (field, after) => {
    const { first, left } = await fixOf(`{ "data": { "train": "train.csv" }, ${LABELS}, ${field} }`);
    expect(first).toContain(after);
    expect(left).toEqual([]);
  });

  it.each([
    ['{input}', '{input} {prompt}'],
    ['{input} {mask} .', '{input} {prompt} {mask} .'],
    ['{prompt} {mask}', '{input} {prompt} {mask}'],
  ])('adds what a template lacks: %s', async (template, after) => {
    const { first, left } = await fixOf(`{ "data": { "train": "train.csv" }, ${LABELS}, "template": ${JSON.stringify(template)} }`);
    expect((JSON.parse(first) as { template: string }).template).toBe(after);
    expect(left).toEqual([]);
  });

  it('gives a masked model its {mask}', async () => {
    const { titles, left } = await fixOf(
      `{ "data": { "train": "train.csv" }, ${LABELS}, "template": "{input} {prompt}", "taskModel": "bundled:masked" }`,
    );
    expect(titles).toEqual(['Change to "{input} {prompt} {mask} ."']);
    expect(left).toEqual([]);
  });

  it('names an existing column', async () => {
    const { titles, left } = await fixOf(`{ "data": { "train": "train.csv", "input": "txt" }, ${LABELS} }`);
    expect(titles).toEqual(['Change to "text"', 'Change to "label"']);
    expect(left).toEqual([]);
  });

  it('offers words of one token for a longer word, or one that two classes share', async () => {
    const masked = '"taskModel": "bundled:masked", "template": "{input} {prompt} {mask} ."';
    const long = await fixOf(`{ "data": { "train": "train.csv" }, "labels": { "neg": "terrible", "pos": "greatestest" }, ${masked} }`);
    // Three words, and a search for words.
    expect(long.titles).toHaveLength(4);
    expect(long.left).toEqual([]);
    const same = await fixOf(`{ "data": { "train": "train.csv" }, "labels": { "neg": "great", "pos": "great" }, ${masked} }`);
    expect(same.left).toEqual([]);
  });

  it('leaves a text alone that has changed in the meantime', () => {
    expect(applyFix('{}', { title: '', path: ['data', 'x'], change: { name: 'y' } })).toBe('{}');
  });
});
