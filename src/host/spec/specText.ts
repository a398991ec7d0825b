import { basename, extname } from 'node:path';

/** What a new spec says; data files are named relative to it. */
export interface NewSpec {
  readonly train: string;
  readonly validation?: string | undefined;
  readonly test?: string | undefined;
  readonly input: string;
  readonly label: string;
  readonly words: Readonly<Record<string, string>>;
  readonly taskModel: string;
  readonly policyModel: string;
}

/** A new spec's text, with a line of comment where a person will want to change something. */
export function specText({ train, validation, test, input, label, words, taskModel, policyModel }: NewSpec): string {
  const q = (value: string): string => JSON.stringify(value);
  const files = [
    ['train', train],
    ['validation', validation],
    ['test', test],
    ['input', input],
    ['label', label],
  ] as const;
  const data = files.flatMap(([name, value]) => (value === undefined ? [] : [`${q(name)}: ${q(value)}`]));
  const labels = Object.entries(words).map(([name, word]) => `    ${q(name)}: ${q(word)}`);
  return `{
  "data": { ${data.join(', ')} },
  // The word that the model is to say for each class.
  "labels": {
${labels.join(',\n')}
  },
  // How text and prompt are put together; the label word comes at {mask}.
  "template": "{input} {prompt} {mask} .",
  "taskModel": ${q(taskModel)},
${policyModel === 'bundled:causal' ? '' : `  "policyModel": ${q(policyModel)},\n`}  // Tokens of a prompt.
  "prompt": { "length": 2 },
  // Prompts of your own, to be scored in the same table.
  "compare": [],
  "search": { "steps": 200, "seed": 0, "queryBudget": 200000 }
}
`;
}

const SIBLINGS = { validation: ['validation', 'valid', 'val', 'dev'], test: ['test'] } as const;

/** The validation and test file beside a training file, by their names: `reviews-train.csv` has `reviews-dev.csv`. */
export function siblings(train: string, files: readonly string[]): { validation?: string; test?: string } {
  const ending = extname(train);
  const stem = basename(train, ending);
  if (!/train/i.test(stem)) return {};
  const found = (names: readonly string[]): string | undefined =>
    names.map((name) => stem.replace(/train/i, name) + ending).find((name) => files.includes(name));
  const [validation, test] = [found(SIBLINGS.validation), found(SIBLINGS.test)];
  return { ...(validation !== undefined && { validation }), ...(test !== undefined && { test }) };
}

/** Classes in the order that a person looks for them in: numbers by their value, others as they are found. */
export function inOrder(classes: readonly string[]): string[] {
  const number = (label: string): number => (label.trim() === '' ? NaN : Number(label));
  return classes.every((label) => Number.isFinite(number(label))) ? [...classes].sort((a, b) => number(a) - number(b)) : [...classes];
}

/** The task's name: the data file's, or its folder's where the file is only called `train` or `data`. */
export function newTaskName(file: string, folder: string): string {
  const stem = basename(file, extname(file));
  const bare = stem.replace(/[-_. ]?(train|training|data)$/i, '');
  return (bare || basename(folder) || 'task').replace(/[^\p{L}\p{N}._-]+/gu, '-');
}
