import { describe, expect, it } from 'vitest';
import { dataPreview } from '../../../src/checks/dataPreview';
import { word } from '../../../src/wording/wording';
import { csv, lines, makeFolder, OWN } from '../data/folder';

const FILES = {
  'train.csv': csv(...lines('train', { neg: 3, pos: 2 }), 'no label,', 'train neg 0,neg'),
  'dev.csv': csv(...lines('dev', { neg: 1, pos: 1 })),
  'test.csv': csv(`${'a long text '.repeat(2000)},neg`, 'short,pos'),
};

async function previewOf(values: object): Promise<string[]> {
  const folder = await makeFolder(FILES);
  return dataPreview(JSON.stringify({ data: { train: 'train.csv', ...OWN }, ...values }), `${folder}/x.prompt-task.json`);
}

const KNOWN = [
  word('data.classes', { file: 'train.csv', classes: ['neg', 'pos'], counts: [4, 2] }),
  word('data.skipped', { split: 'train', noText: { count: 0, lines: [] }, noLabel: { count: 1, lines: [7] } }),
  word('data.duplicates', { split: 'train', count: 1 }),
];

describe('the preview of data', () => {
  it('counts rows, classes, skipped rows, duplicates and the texts that a bundled model cuts', async () => {
    expect(await previewOf({})).toEqual([...KNOWN, expect.stringMatching(/^test: 1 of 2 texts were cut/)]);
    expect(KNOWN[0]).toBe('train.csv: 6 rows in 2 classes: neg 4, pos 2');
  });

  it('does not open other models', async () => {
    expect(await previewOf({ taskModel: 'hf:nobody/nothing' })).toEqual(KNOWN);
  });

  it('is there where label words are wrong, or left to the run', async () => {
    const right = await previewOf({ labels: { neg: 'bad', pos: 'good' } });
    expect(await previewOf({ labels: { neg: 'good', pos: 'good' } })).toEqual(right);
    expect(await previewOf({ labels: 'auto' })).toEqual(right);
  });
});
