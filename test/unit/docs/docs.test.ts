import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSpec } from '../../../src/spec/spec';
import { loadDataset } from '../../../src/data/dataset';
import { fieldsTable } from '../../../tools/docs/fields';

describe('docs', () => {
  it('have the table of fields that the schema in code gives', () => {
    const page = readFileSync('docs/task-spec.md', 'utf8');
    expect(page).toContain(fieldsTable());
    expect(fieldsTable()).toContain('| `search.learningRate` | Learning rate of Adam. | number > 0 | `0.001` | `0.00005` |');
    expect(fieldsTable()).toContain('| `data.train` |');
    expect(fieldsTable()).toMatch(/`data\.train` .* required \|/);
  });

  it('link to files that are there', () => {
    for (const page of ['README.md', ...readdirSync('docs').map((name) => join('docs', name))].filter((name) => name.endsWith('.md'))) {
      for (const match of readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        expect(existsSync(join(page, '..', match[1]!)), `${page}: ${match[1]}`).toBe(true);
      }
    }
  });
});

describe('the examples', () => {
  it.each([
    ['sentiment', 2],
    ['topics', 4],
  ])('%s has clean, balanced, disjoint splits of the sizes that its task needs', async (name, classes) => {
    const spec = await readSpec(`examples/${name}/${name}.prompt-task.json`);
    const { splits, notes } = await loadDataset(spec);
    expect(notes).toEqual([]);
    expect(new Set(splits.train.labels).size).toBe(classes);
    expect(splits.train.texts.length).toBeGreaterThanOrEqual(64);
    expect(splits.validation.texts.length).toBeGreaterThanOrEqual(64);
    expect(splits.test.texts.length).toBeGreaterThanOrEqual(200);
    const all = [splits.train, splits.validation, splits.test].flatMap((split) => split.texts);
    expect(new Set(all).size).toBe(all.length);
    for (const split of Object.values(splits)) {
      const counts = Array.from({ length: classes }, (_, c) => split.labels.filter((label) => label === c).length);
      expect(new Set(counts).size).toBe(1);
    }
  });
});
