import { closest, distance } from 'fastest-levenshtein';
import { findNodeAtLocation, type JSONPath, type Node } from 'jsonc-parser';
import type { z } from 'zod';
import { word, worded } from '../wording/wording';
import { mayHoldKey } from './keys';
import { setTo, type Fix, type Problem, type ProblemAt } from './problem';
import { specSchema } from './schema';

/** Fields with values of several types. */
const UNIONS: Partial<Record<string, string>> = { labels: 'words or auto', template: 'text or messages' };

/** What one complaint of the schema means to the user, at its place in the file. */
export function schemaProblems(issue: z.core.$ZodIssue, tree: Node, problemAt: ProblemAt, source: string): Problem[] {
  const path = issue.path as JSONPath;
  const node = findNodeAtLocation(tree, path);
  const found = node && shown(path, node, source.slice(node.offset, node.offset + node.length));
  const sized = 'origin' in issue ? issue.origin : undefined;
  switch (issue.code) {
    case 'invalid_union': {
      // What the branch complains about that the value's type belongs to.
      const isOfRoot = (issues: readonly z.core.$ZodIssue[], ...codes: string[]): boolean =>
        issues.some(({ code, path }) => codes.includes(code) && path.length === 0);
      const inner =
        issue.errors.find((issues) => !isOfRoot(issues, 'invalid_type', 'invalid_value')) ??
        (node?.type === 'string' ? issue.errors.find((issues) => isOfRoot(issues, 'invalid_value')) : undefined);
      if (!inner) return [problemAt(path, worded('spec.wrongType', { type: UNIONS[path.join('.')] ?? 'union', found }))];
      return inner.flatMap((each) => schemaProblems({ ...each, path: [...issue.path, ...each.path] }, tree, problemAt, source));
    }
    case 'unrecognized_keys':
      return issue.keys.map((name) => unknownField(name, path, problemAt));
    case 'invalid_type':
      return [
        problemAt(
          path,
          node ? worded('spec.wrongType', { type: issue.expected, found }) : worded('spec.required', { type: issue.expected }),
        ),
      ];
    case 'invalid_value':
      return [
        problemAt(path, {
          ...worded('spec.notAllowed', { values: issue.values, found }),
          fixes: issue.values.map((value) => setTo(path, value)),
        }),
      ];
    case 'too_small':
      // The schema asks strings and lists for one character or entry only.
      if (sized === 'string') return [problemAt(path, worded('spec.emptyText', { found }))];
      if (sized === 'array') return [problemAt(path, worded('spec.emptyList', { found }))];
      return [
        problemAt(path, {
          ...worded('spec.tooSmall', { minimum: Number(issue.minimum), inclusive: issue.inclusive !== false, found }),
          fixes: issue.inclusive === false ? [] : [setTo(path, Number(issue.minimum))],
        }),
      ];
    case 'too_big':
      return [
        problemAt(path, {
          ...worded('spec.tooLarge', { maximum: Number(issue.maximum), found }),
          fixes: [setTo(path, Number(issue.maximum))],
        }),
      ];
    default:
      return [problemAt(path, worded('spec.invalid', { reason: issue.message, found }))];
  }
}

function unknownField(name: string, path: JSONPath, problemAt: ProblemAt): Problem {
  const known = knownFields(path);
  const lower = new Map(known.map((field) => [field.toLowerCase(), field]));
  const nearest = known.length === 0 ? '' : closest(name.toLowerCase(), [...lower.keys()]);
  const close = distance(name.toLowerCase(), nearest) <= Math.max(2, name.length / 3) ? lower.get(nearest) : undefined;
  const at = [...path, name];
  const remove: Fix = { title: word('spec.fixRemove', { name }), path: at, change: 'remove' };
  const rename = close === undefined ? [] : [{ title: word('spec.fixName', { name: close }), path: at, change: { name: close } }];
  return problemAt(at, { ...worded('spec.unknownField', { name, close, known }), fixes: [...rename, remove] });
}

/** The fields that the schema has at a path. */
function knownFields(path: JSONPath): string[] {
  let schema: unknown = specSchema;
  for (const key of path) schema = typeof key === 'number' ? entryOf(schema) : unwrap(unwrap(schema).shape?.[key]);
  return Object.keys(unwrap(schema).shape ?? {});
}

interface SchemaNode {
  def?: { innerType?: SchemaNode; options?: readonly SchemaNode[]; element?: SchemaNode };
  shape?: Record<string, unknown>;
}

/** The schema of a list's entries. */
function entryOf(schema: unknown): SchemaNode | undefined {
  const { def } = unwrap(schema);
  return def?.element ?? def?.options?.find((option) => option.def?.element)?.def?.element;
}

function unwrap(schema: unknown): SchemaNode {
  let at = (schema ?? {}) as SchemaNode;
  while (at.def?.innerType) at = at.def.innerType;
  return at;
}

/** The text of a value, unless it may hold a key: strings, objects and lists under `server`, and what looks like one anywhere. */
function shown(path: JSONPath, { type }: Node, text: string): string | undefined {
  if ((path[0] === 'server' && ['string', 'object', 'array'].includes(type)) || mayHoldKey(text)) return undefined;
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
