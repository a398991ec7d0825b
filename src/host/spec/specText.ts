import { basename, extname } from 'node:path';

/** The values of a new spec; data files are relative to it. */
interface NewSpec {
  readonly train: string;
  readonly validation?: string | undefined;
  readonly test?: string | undefined;
  readonly input: string;
  readonly label: string;
  /** Labels that differ only in capitals are one class. */
  readonly ignoreCase?: boolean;
  /** The word of each class; absent where a run searches for them. */
  readonly words?: Readonly<Record<string, string>> | undefined;
  /** Number of classes. */
  readonly classes: number;
  readonly taskModel: string;
  readonly policyModel: string;
}

/** The text of a new spec, with comments on the lines that users usually change. */
export function specText({ train, validation, test, input, label, ignoreCase, words, classes, taskModel, policyModel }: NewSpec): string {
  const q = (value: string): string => JSON.stringify(value);
  const data = Object.entries({ train, validation, test, input, label }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${q(name)}: ${q(value)}`],
  );
  const labels = words
    ? `{\n${Object.entries(words)
        .map(([name, word]) => `    ${q(name)}: ${q(word)}`)
        .join(',\n')}\n  }`
    : '"auto"';
  return `{
  "data": { ${data.join(', ')}${ignoreCase ? ', "ignoreCase": true' : ''} },
  // The word that the model should say for each class${words ? '' : ': a run searches for them, or { "CLASS": "word", … }'}.
  "labels": ${labels},
  // How input and prompt are combined; the label word goes where {mask} is.
  "template": "{input} {prompt} {mask} .",
  "taskModel": ${q(taskModel)},
${policyModel === 'bundled:causal' ? '' : `  "policyModel": ${q(policyModel)},\n`}  // Tokens per prompt.
  "prompt": { "length": 2 },
  // Your own prompts, scored in the same table.
  "compare": [],
  "search": { "steps": 200, "seed": 0, "queryBudget": ${classes > 4 ? 10_000 : 5000} }
}
`;
}

const SIBLINGS = { validation: ['validation', 'valid', 'val', 'dev'], test: ['test'] } as const;

/** The validation and test files beside a training file, by name: `reviews-dev.csv` for `reviews-train.csv`. */
export function siblings(train: string, files: readonly string[]): { validation?: string; test?: string } {
  const ending = extname(train);
  const stem = basename(train, ending);
  if (!/train/i.test(stem)) return {};
  const found = (names: readonly string[]): string | undefined =>
    names.map((name) => stem.replace(/train/i, name) + ending).find((name) => files.includes(name));
  const [validation, test] = [found(SIBLINGS.validation), found(SIBLINGS.test)];
  return { ...(validation !== undefined && { validation }), ...(test !== undefined && { test }) };
}

/** Classes in the order that users expect: numbers by value, others as they occur. */
export function inOrder(classes: readonly string[]): string[] {
  const number = (label: string): number => (label.trim() === '' ? NaN : Number(label));
  return classes.every((label) => Number.isFinite(number(label))) ? [...classes].sort((a, b) => number(a) - number(b)) : [...classes];
}

/** The name of the task: that of the data file, or of its folder if the file is just called `train` or `data`. */
export function newTaskName(file: string, folder: string): string {
  const stem = basename(file, extname(file));
  const bare = stem.replace(/[-_. ]?(train|training|data)$/i, '');
  return (bare || basename(folder) || 'task').replace(/[^\p{L}\p{N}._-]+/gu, '-');
}
