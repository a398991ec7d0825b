import { basename, extname } from 'node:path';

/** The files and models of a new spec; data files are relative to it. */
export interface NewFiles {
  readonly train: string;
  readonly validation?: string | undefined;
  readonly test?: string | undefined;
  readonly taskModel: string;
  readonly policyModel: string;
}

interface NewSpec extends NewFiles {
  readonly input: string;
  readonly label: string;
  /** Labels that differ only in capitals are one class. */
  readonly ignoreCase?: boolean;
  /** The word of each class; absent where a run searches for them. */
  readonly words?: Readonly<Record<string, string>> | undefined;
  /** Number of classes. */
  readonly classes: number;
}

/** The text of a new spec, with comments on the lines that users usually change. */
export function specText({ words, classes, label, ignoreCase, ...files }: NewSpec): string {
  const labels = words
    ? `{\n${Object.entries(words)
        .map(([name, word]) => `    ${quoted(name)}: ${quoted(word)}`)
        .join(',\n')}\n  }`
    : '"auto"';
  return `{
  ${dataOf(files, { label, ignoreCase: ignoreCase || undefined })},
  // The word that the model should say for each class${words ? '' : ': a run searches for them, or { "CLASS": "word", … }'}.
  "labels": ${labels},
  // How input and prompt are combined; the label word goes where {mask} is.
  "template": "{input} {prompt} {mask} .",
${modelsOf(files)}${PROMPTS}  "search": { "steps": 200, "seed": 0, "queryBudget": ${classes > 4 ? 10_000 : 5000} }
}
`;
}

/** The text of a new spec of generated texts, which are scored by their words in common with the reference. */
export function textSpec({ reference, ...files }: NewFiles & { readonly input: string; readonly reference: string }): string {
  return `{
  "kind": "generation",
  ${dataOf(files, { reference })},
  // How input and prompt are combined; the model writes what follows.
  "template": "{input} {prompt}",
${modelsOf(files)}  // Tokens that a text may have.
  "generation": { "maxTokens": 16 },
  // How texts are scored: "f1" by the words in common with the reference.
  "metrics": [{ "type": "f1" }],
${PROMPTS}  "search": { "seed": 0, "generationBudget": 2000 }
}
`;
}

const PROMPTS = `  // Tokens per prompt.
  "prompt": { "length": 2 },
  // Your own prompts, scored in the same table.
  "compare": [],
`;

function dataOf(
  { train, validation, test, input }: NewFiles & { readonly input: string },
  more: Readonly<Record<string, unknown>>,
): string {
  const fields = Object.entries({ train, validation, test, input, ...more }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${quoted(name)}: ${quoted(value)}`],
  );
  return `"data": { ${fields.join(', ')} }`;
}

function modelsOf({ taskModel, policyModel }: NewFiles): string {
  return `  "taskModel": ${quoted(taskModel)},\n${policyModel === 'bundled:causal' ? '' : `  "policyModel": ${quoted(policyModel)},\n`}`;
}

function quoted(value: unknown): string {
  return JSON.stringify(value);
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
