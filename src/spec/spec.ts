import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { findNodeAtLocation, parseTree, printParseErrorCode, type JSONPath, type Node, type ParseError } from 'jsonc-parser';
import { word, worded } from '../wording/wording';
import { kindProblems } from './kind';
import { looksLikeKey, mayHoldKey } from './keys';
import { perInputProblems } from './perInput';
import { fail, setTo, TaskError, type Fix, type Problem, type ProblemAt } from './problem';
import { methodProblems } from './reflectProblems';
import { repetitions } from './repetitions';
import { DEFAULT_TEMPLATE, specSchema, type ParsedSpec, type SchemaSpec } from './schema';
import { schemaProblems } from './schemaProblems';
import { parseTemplate, type Message, type Part, type TemplateError, type Turn } from './template';

/** A parsed spec, with the means to point at its fields. */
export interface Spec extends ParsedSpec {
  /** `"labels": "auto"`: a run searches for label words first. Where there are `labels` too, it compares with those. */
  readonly autoLabels?: boolean;
  /** Path of the file. */
  readonly file: string;
  /** Folder that the spec's paths are relative to. */
  readonly folder: string;
  /** The template, parsed. */
  readonly parts: readonly Part[];
  /** Of a template that is a chat: its messages. */
  readonly turns: readonly Turn[] | undefined;
  readonly problemAt: ProblemAt;
}

/** Endings of data files; a .json file is one if it holds a list. */
const DATA = ['.csv', '.tsv', '.jsonl', '.ndjson'];

/** @throws TaskError */
export async function readSpec(file: string): Promise<Spec> {
  const ending = extname(file).toLowerCase();
  const isData = (): never => fail({ file }, 'spec.isData', { name: basename(file) });
  if (DATA.includes(ending) && existsSync(file)) isData();
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') fail({ file }, 'spec.missing');
    fail({ file }, 'spec.unreadable', { errno: code });
  }
  if (ending === '.json' && /^\uFEFF?\s*\[/.test(text)) isData();
  return parseSpec(text, file);
}

/** Parses a spec (JSON with comments). @throws TaskError with every problem at its place. */
export function parseSpec(text: string, file: string): Spec {
  const source = text.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const tree = parseTree(source, errors, { allowTrailingComma: true });
  const error = errors[0];
  if (error || !tree) {
    const offset = error?.offset ?? 0;
    const reason = error ? splitWords(printParseErrorCode(error.error)) : 'empty file';
    fail({ file, ...placeOf(source, offset) }, 'spec.notJson', { reason, found: foundAt(source, offset) });
  }
  const problemAt: ProblemAt = (path, problem) => ({
    severity: 'error',
    file,
    field: path.join('.') || undefined,
    ...placeOf(source, nearest(tree, path).offset),
    ...problem,
  });
  const result = specSchema.safeParse(toValue(tree));
  // Fields that are right by themselves are checked even where others are not, so that all problems are shown at once.
  const given = Object(toValue(tree)) as Readonly<Record<string, unknown>>;
  const { data: written = DEFAULT_TEMPLATE } = specSchema.shape.template.safeParse(given.template);
  const template = parseTemplate(written);
  const problems = [
    ...(result.success
      ? [
          ...repetitions(withoutAuto(result.data), problemAt),
          ...kindProblems(result.data, problemAt),
          ...methodProblems(result.data, problemAt),
          ...perInputProblems(withoutAuto(result.data), problemAt),
        ]
      : result.error.issues.flatMap((issue) => schemaProblems(issue, tree, problemAt, source))),
    ...template.errors.map((error) => templateProblem(error, written, problemAt)),
    ...(template.turns && result.success ? chatProblems(withoutAuto(result.data), problemAt) : []),
    ...['taskModel', 'policyModel', 'proposer']
      .filter((field) => typeof given[field] === 'string' && looksLikeKey(given[field].trim()))
      .map((field) => problemAt([field], worded('spec.modelIsKey'))),
  ];
  if (problems.length > 0 || !result.success) throw new TaskError(problems);
  const auto = result.data.labels === 'auto' && { autoLabels: true };
  return { ...withoutAuto(result.data), ...auto, file, folder: dirname(file), parts: template.parts, turns: template.turns, problemAt };
}

function withoutAuto(data: SchemaSpec): ParsedSpec {
  const { labels, ...fields } = data;
  return labels === 'auto' ? fields : { ...data, labels };
}

/** The fields of a spec's file, all defaults written out. */
export function specValues({
  file: _file,
  folder: _folder,
  parts: _parts,
  turns: _turns,
  problemAt: _problemAt,
  autoLabels: _autoLabels,
  ...fields
}: Spec): ParsedSpec {
  return fields;
}

/** The spec with label words, as reading it from a file would give it; problems still have their place in its own file. */
export function withLabels(spec: Spec, labels: Readonly<Record<string, string>>): Spec {
  return { ...parseSpecValues({ ...specValues(spec), labels }, spec.file), problemAt: spec.problemAt };
}

/** A spec from the values that `task.json` of a run keeps, already checked. */
export function parseSpecValues(values: object, file: string): Spec {
  const spec = parseSpec(JSON.stringify(values), file);
  // What is wrong with them has no place in the file as it is now.
  return { ...spec, problemAt: (path, problem) => ({ ...spec.problemAt(path, problem), line: undefined, column: undefined }) };
}

function templateProblem({ turn, ...error }: TemplateError, template: ParsedSpec['template'], problemAt: ProblemAt): Problem {
  if (typeof template === 'string')
    return problemAt(['template'], { ...error, found: JSON.stringify(template), fixes: textFixes(error, template) });
  const found = JSON.stringify(turn === undefined ? template : template[turn]);
  return problemAt(turn === undefined ? ['template'] : ['template', turn], { ...error, found, fixes: chatFixes(error, template) });
}

function textFixes(error: TemplateError, template: string): Fix[] {
  const name = lacking(error);
  if (name === undefined) return [];
  if (name === 'input') return [setTo(['template'], `{input} ${template.trimStart()}`)];
  const mask = template.indexOf('{mask}');
  return [setTo(['template'], mask < 0 ? `${template.trimEnd()} {prompt}` : `${template.slice(0, mask)}{prompt} ${template.slice(mask)}`)];
}

function chatFixes(error: TemplateError, messages: readonly Message[]): Fix[] {
  const name = lacking(error);
  const at = messages.findLastIndex(({ role }) => role === 'user');
  if (name === undefined || at < 0) return [];
  const content = name === 'input' ? `${messages[at]!.content} {input}` : `{prompt} ${messages[at]!.content}`;
  return [setTo(['template', at, 'content'], content)];
}

function lacking({ code, args }: TemplateError): string | undefined {
  return code === 'spec.templateLacks' ? (args as [{ name: string }])[0].name : undefined;
}

/** Settings of a server that a chat has no place for. */
function chatProblems({ server }: ParsedSpec, problemAt: ProblemAt): Problem[] {
  const system = ['server', 'systemMessage'];
  const scoring = ['server', 'scoring'];
  return [
    ...(server.systemMessage === undefined
      ? []
      : [
          problemAt(system, {
            ...worded('spec.chatSystemTwice'),
            fixes: [{ title: word('spec.fixRemove', { name: 'systemMessage' }), path: system, change: 'remove' as const }],
          }),
        ]),
    ...(server.scoring === 'completion-logprobs'
      ? [problemAt(scoring, { ...worded('spec.chatCompletion'), fixes: [setTo(scoring, 'auto')] })]
      : []),
  ];
}

function nearest(tree: Node, path: JSONPath): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node) return length === path.length && node.parent?.type === 'property' ? node.parent : node;
  }
  return tree;
}

/** Unlike jsonc-parser's own, safe for a field named `__proto__`. */
function toValue({ type, value, children = [] }: Node): unknown {
  if (type === 'array') return children.map(toValue);
  if (type !== 'object') return value;
  return Object.fromEntries(children.map(({ children: [key, field] = [] }) => [key?.value as string, field && toValue(field)]));
}

/** 1-based line and column of an offset. */
function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** What is in the place of valid JSON, unless that line may hold a key. */
function foundAt(source: string, offset: number): string | undefined {
  const { column } = placeOf(source, offset);
  const line = source.slice(offset - column + 1).split('\n', 1)[0]!;
  return mayHoldKey(line) ? undefined : JSON.stringify(line.slice(column - 1, column + 29));
}

function splitWords(camel: string): string {
  return camel.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}
