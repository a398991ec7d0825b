import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findNodeAtLocation, parseTree, printParseErrorCode, type JSONPath, type Node, type ParseError } from 'jsonc-parser';
import type { z } from 'zod';
import { looksLikeKey, mayHoldKey } from './keys';
import { TaskError, type Fix, type Problem } from './problem';
import { repetitions } from './repetitions';
import { specSchema, type ParsedSpec } from './schema';
import { parseTemplate } from './template';

/** A parsed spec, with the means to point at its fields. */
export interface Spec extends ParsedSpec {
  /** Path of the file. */
  readonly file: string;
  /** Folder that the spec's paths are relative to. */
  readonly folder: string;
  /** A problem at the place of a field (the nearest enclosing one that the file has). */
  readonly problemAt: (path: JSONPath, problem: Pick<Problem, 'message' | 'found' | 'expected'> & Partial<Problem>) => Problem;
}

export async function readSpec(file: string): Promise<Spec> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new TaskError([
      {
        severity: 'error',
        file,
        message: code === 'ENOENT' ? 'there is no such task spec' : `the task spec cannot be read (${code})`,
        expected: 'a file named like sentiment.prompt-task.json; see examples/',
      },
    ]);
  }
  return parseSpec(text, file);
}

/** Parses a spec (JSON with comments). @throws TaskError with every problem at its place. */
export function parseSpec(text: string, file: string): Spec {
  const source = text.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const tree = parseTree(source, errors, { allowTrailingComma: true });
  const firstError = errors[0];
  if (firstError || !tree) {
    const offset = firstError?.offset ?? 0;
    const reason = firstError ? printParseErrorCode(firstError.error) : 'empty file';
    throw new TaskError([
      {
        severity: 'error',
        file,
        ...placeOf(source, offset),
        message: `not valid JSON: ${splitWords(reason)}`,
        found: foundAt(source, offset),
        expected: 'JSON; // comments and trailing commas are allowed',
      },
    ]);
  }
  const problemAt: Spec['problemAt'] = (path, problem) => ({
    severity: 'error',
    file,
    field: path.join('.') || undefined,
    ...placeOf(source, nearest(tree, path).offset),
    ...problem,
  });
  const result = specSchema.safeParse(toValue(tree));
  if (!result.success) {
    throw new TaskError(result.error.issues.flatMap((issue) => issueProblems(issue, tree, problemAt, source)));
  }
  const spec: Spec = { ...result.data, file, folder: dirname(file), problemAt };
  const problems: Problem[] = repetitions(spec);
  const template = parseTemplate(spec.template);
  for (const message of template.errors) {
    const fixes = templateFixes(message, spec.template);
    problems.push(
      problemAt(['template'], { message, found: quote(spec.template), expected: 'for example "{input} {prompt} {mask} ."', fixes }),
    );
  }
  for (const field of ['taskModel', 'policyModel'] as const)
    if (looksLikeKey(spec[field].trim()))
      problems.push(
        problemAt([field], { message: 'this looks like an API key, which is no model and never goes into a spec', expected: KEYS_GO }),
      );
  if (problems.length > 0) throw new TaskError(problems);
  return spec;
}

/** A spec from the values that `task.json` of a run keeps, already checked. */
export function parseSpecValues(values: object, file: string): Spec {
  return parseSpec(JSON.stringify(values), file);
}

function templateFixes(message: string, template: string): Fix[] {
  const set = (value: string): Fix[] => [{ title: `Change to ${quote(value)}`, path: ['template'], change: { value } }];
  if (message.endsWith('no {prompt}')) {
    const mask = template.indexOf('{mask}');
    return set(mask < 0 ? `${template.trimEnd()} {prompt}` : `${template.slice(0, mask)}{prompt} ${template.slice(mask)}`);
  }
  return message.endsWith('no {input}') ? set(`{input} ${template.trimStart()}`) : [];
}

const KEYS_GO =
  'a model, such as "openai:MODEL@URL"; its key in the environment variable that server.apiKeyVariable names, or in the editor';

const TYPE_NAMES: Partial<Record<string, string>> = { int: 'a whole number', record: 'an object' };

function issueProblems(issue: z.core.$ZodIssue, tree: Node, problemAt: Spec['problemAt'], source: string): Problem[] {
  const path = issue.path as JSONPath;
  const node = findNodeAtLocation(tree, path);
  const found = node ? shown(path, node, source.slice(node.offset, node.offset + node.length)) : 'nothing';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = knownKeys(path);
        const close = closest(key, known);
        return problemAt([...path, key], {
          message: `there is no field "${key}" here`,
          found: `"${key}"`,
          expected: close === undefined ? `one of ${known.join(', ')}` : `did you mean "${close}"? Fields here: ${known.join(', ')}`,
          fixes: [
            ...(close === undefined ? [] : [{ title: `Rename to "${close}"`, path: [...path, key], change: { name: close } }]),
            { title: `Remove "${key}"`, path: [...path, key], change: 'remove' },
          ],
        });
      });
    case 'invalid_type':
      return [
        problemAt(path, {
          message: node ? 'wrong type' : 'this field is required',
          found,
          expected: TYPE_NAMES[issue.expected] ?? `a value of type ${issue.expected}`,
        }),
      ];
    case 'invalid_value':
      return [
        problemAt(path, {
          message: 'not one of the values it can take',
          found,
          expected: issue.values.map((v) => JSON.stringify(v)).join(' or '),
          fixes: issue.values.map((value) => ({ title: `Change to ${JSON.stringify(value)}`, path, change: { value } })),
        }),
      ];
    case 'too_small':
      return [
        problemAt(path, {
          message: SIZES[issue.origin]?.small ?? 'too small',
          found,
          expected: `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${SIZES[issue.origin]?.unit ?? ''}`,
          ...(issue.origin === 'number' || issue.origin === 'int' ? { fixes: bound(path, issue.minimum, issue.inclusive) } : {}),
        }),
      ];
    case 'too_big':
      return [problemAt(path, { message: 'too large', found, expected: `at most ${issue.maximum}`, fixes: bound(path, issue.maximum) })];
    default:
      return [problemAt(path, { message: issue.message, found, expected: 'see docs/task-spec.md' })];
  }
}

/** What is too small, and what it is counted in; one of each is all that the schema asks for. */
const SIZES: Partial<Record<string, { small: string; unit: string }>> = {
  string: { small: 'the text is empty', unit: ' character' },
  array: { small: 'the list is empty', unit: ' entry' },
};

function bound(path: JSONPath, value: number | bigint, inclusive = true): Fix[] {
  return inclusive ? [{ title: `Change to ${value}`, path, change: { value: Number(value) } }] : [];
}

/** The fields that the schema has at a path, from the schema itself. */
function knownKeys(path: JSONPath): string[] {
  let schema: unknown = specSchema;
  for (const key of path) schema = unwrap(unwrap(schema).shape?.[key as string]);
  return Object.keys(unwrap(schema).shape ?? {});
}

interface SchemaNode {
  def?: { innerType?: SchemaNode };
  shape?: Record<string, unknown>;
}

function unwrap(schema: unknown): SchemaNode {
  let at = (schema ?? {}) as SchemaNode;
  while (at.def?.innerType) at = at.def.innerType;
  return at;
}

function nearest(tree: Node, path: JSONPath): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node) return length === path.length && node.parent?.type === 'property' ? node.parent : node;
  }
  return tree;
}

function toValue(node: Node): unknown {
  switch (node.type) {
    case 'object':
      return Object.fromEntries(
        (node.children ?? []).map((property) => [
          property.children?.[0]?.value as string,
          property.children?.[1] && toValue(property.children[1]),
        ]),
      );
    case 'array':
      return (node.children ?? []).map(toValue);
    default:
      return node.value;
  }
}

/** 1-based line and column of an offset. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

function closest(word: string, candidates: readonly string[]): string | undefined {
  const scored = candidates.map((c) => ({ c, d: editDistance(word.toLowerCase(), c.toLowerCase()) })).sort((a, b) => a.d - b.d);
  return scored[0] && scored[0].d <= Math.max(2, word.length / 3) ? scored[0].c : undefined;
}

/** Levenshtein distance. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** The text of a value, unless it may hold a key: whatever is no number under `server`, and what looks like one anywhere. */
function shown(path: JSONPath, { type }: Node, text: string): string | undefined {
  if (path[0] === 'server' && ['string', 'object', 'array'].includes(type)) return undefined;
  return mayHoldKey(text) ? undefined : shorten(text);
}

/** What stands where the JSON ends to be any, unless that line may hold a key. */
function foundAt(source: string, offset: number): string | undefined {
  const { column } = placeOf(source, offset);
  const line = source.slice(offset - column + 1).split('\n', 1)[0]!;
  return mayHoldKey(line) ? undefined : quote(line.slice(column - 1, column + 29));
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

function splitWords(camel: string): string {
  return camel.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
