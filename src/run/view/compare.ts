import type { RunTask } from '../store/task';

/** A field in which runs differ, with its value in each; undefined where a run's spec does not have it. */
export interface Difference {
  /** As in the spec: `prompt.length`. Data and models that changed under their name are `data.train (content)`. */
  readonly field: string;
  readonly values: readonly (string | undefined)[];
}

/** Digits of a hash that tell two contents apart. */
const DIGITS = 8;

/** What differs between the tasks of runs: the specs' fields, seeds, and the contents of data and models. */
export function differences(tasks: readonly RunTask[]): Difference[] {
  const all = tasks.map(fields);
  const names = [...new Set(all.flatMap((one) => [...one.keys()]))];
  return names.map((field) => ({ field, values: all.map((one) => one.get(field)) })).filter(({ values }) => new Set(values).size > 1);
}

function fields({ spec, seed, settings, random, data, models }: RunTask): Map<string, string> {
  const { seed: _seed, seeds: _seeds, ...search } = spec.search;
  const found = new Map<string, string>();
  flatten({ ...spec, search: { ...search, ...settings, seed } }, '', found);
  found.set('random search', random ? 'yes' : 'no');
  const names = { train: spec.data.train, validation: spec.data.validation, test: spec.data.test };
  for (const [split, name] of Object.entries(names))
    if (name !== undefined && data[name] !== undefined) found.set(`data.${split} (content)`, data[name].slice(0, DIGITS));
  for (const [field, reference] of [
    ['taskModel', spec.taskModel],
    ['policyModel', spec.policyModel],
  ] as const)
    if (models[reference] !== undefined) found.set(`${field} (content)`, models[reference].slice(0, DIGITS));
  return found;
}

/** The leaves of a JSON value by their paths; a list is one leaf. */
function flatten(value: unknown, path: string, found: Map<string, string>): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    for (const [key, inner] of Object.entries(value)) flatten(inner, path === '' ? key : `${path}.${key}`, found);
  else if (value !== undefined) found.set(path, typeof value === 'string' ? value : JSON.stringify(value));
}
