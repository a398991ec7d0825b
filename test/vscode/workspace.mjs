import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HERE } from './install.mjs';

const EXAMPLES = resolve(HERE, '../../examples');

/**
 * A workspace folder under `parent` with a copy of the sentiment example: so many rows of each class in each split, and a search
 * that takes seconds.
 * @param {string} parent
 * @param {{ rowsPerClass?: number, steps?: number, queryBudget?: number, files?: Record<string, string> }} [options] files: more files, by name
 */
export function exampleWorkspace(parent, { rowsPerClass = 8, steps = 20, queryBudget = 20_000, files = {} } = {}) {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'workspace-'));
  cpSync(join(EXAMPLES, 'sentiment'), folder, { recursive: true, filter: (path) => !path.includes('.rlprompt') });
  for (const split of ['train.csv', 'validation.csv', 'test.csv']) fewRows(join(folder, split), rowsPerClass);
  const spec = join(folder, 'sentiment.prompt-task.json');
  const text = readFileSync(spec, 'utf8')
    .replace(/"steps": \d+/, `"steps": ${steps}`)
    .replace(/"queryBudget": \d+/, `"queryBudget": ${queryBudget}`);
  writeFileSync(spec, text);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** Keeps the first rows of each class. The label is the last column, and no text of the example goes over a line. @param {string} file @param {number} rowsPerClass */
function fewRows(file, rowsPerClass) {
  const [header, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
  /** @type {Map<string, number>} */
  const kept = new Map();
  const few = rows.filter((row) => {
    const label = row.slice(row.lastIndexOf(',') + 1);
    const count = kept.get(label) ?? 0;
    kept.set(label, count + 1);
    return count < rowsPerClass;
  });
  if (kept.size !== 2) throw new Error(`${file}: two classes expected in the last column, found ${[...kept.keys()].join(', ')}.`);
  writeFileSync(file, `${[header, ...few].join('\n')}\n`);
}
