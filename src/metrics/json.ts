import Ajv, { type ValidateFunction } from 'ajv';
import type { MetricEntry } from '../spec/generation';
import { word, worded } from '../wording/wording';
import { MetricProblem } from './entry';
import type { Judgment, Metric } from './metric';

/** 1 if the whole output is JSON, valid under the schema if there is one, else 0. @throws MetricProblem */
export function isJson(entry: MetricEntry): Metric {
  return jsonMetric('is-json', entry, parsed);
}

/** 1 if some part of the output is, else 0. @throws MetricProblem */
export function containsJson(entry: MetricEntry): Metric {
  return jsonMetric('contains-json', entry, jsonParts);
}

function jsonMetric(name: string, { value }: MetricEntry, values: (output: string) => readonly unknown[]): Metric {
  const validate = value === undefined ? undefined : compiled(value);
  return {
    key: JSON.stringify([name, value]),
    score: (cases) =>
      cases.map(({ output }): Judgment => {
        const found = values(output);
        if (found.length === 0) return { score: 0, reason: word('metric.notJson') };
        if (!validate || found.some((each) => validate(each))) return { score: 1, reason: word('metric.json') };
        validate(found[0]);
        const { instancePath = '', message = '' } = validate.errors?.[0] ?? {};
        return { score: 0, reason: word('metric.otherJson', { path: instancePath, problem: message }) };
      }),
  };
}

function compiled(schema: unknown): ValidateFunction {
  const found = JSON.stringify(schema);
  const isSchema = (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) || typeof schema === 'boolean';
  if (!isSchema) throw new MetricProblem('value', worded('metric.notSchema', { found, problem: word('metric.schemaNotObject') }));
  try {
    return new Ajv({ strict: false, logger: false }).compile(schema);
  } catch (error) {
    throw new MetricProblem('value', worded('metric.notSchema', { found, problem: (error as Error).message }));
  }
}

function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return [];
  }
}

/** Starts of objects and arrays that are looked at in one text. */
const MOST_STARTS = 100;

/** The objects and arrays in a text, in the order of their opening brackets. */
export function jsonParts(output: string): unknown[] {
  const starts = Array.from(output.matchAll(/[{[]/g), ({ index }) => index).slice(0, MOST_STARTS);
  return starts.flatMap((start) => {
    let [depth, quoted] = [0, false];
    for (let i = start; i < output.length; i++) {
      const c = output[i]!;
      if (quoted && c === '\\') i++;
      else if (c === '"') quoted = !quoted;
      else if (!quoted && (c === '{' || c === '[')) depth++;
      else if (!quoted && (c === '}' || c === ']') && --depth === 0) return parsed(output.slice(start, i + 1));
    }
    return [];
  });
}
