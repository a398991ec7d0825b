import { STARTING_PROMPTS } from '../../src/spec/startingPrompts';
import { presets, specJsonSchema, type SearchSettings } from '../../src/spec/schema';

interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
}

/** Markdown table of every field of a task spec: what it is, its range, its default and the paper's value. */
export function fieldsTable(): string {
  const rows: string[] = ['| field | what it is | range | default | preset `paper` |', '|---|---|---|---|---|'];
  const visit = (node: SchemaNode, path: string, required: boolean): void => {
    if (node.properties) {
      for (const [name, child] of Object.entries(node.properties)) {
        visit(child, path === '' ? name : `${path}.${name}`, node.required?.includes(name) === true && child.default === undefined);
      }
      return;
    }
    const preset = path.split('.').at(-1) as keyof SearchSettings;
    const decided = /^(search|policy)\.|^prompt\.tokens$/.test(path) && preset in presets.default;
    const value = (v: unknown): string => (v === null ? 'none' : v === undefined ? '' : `\`${JSON.stringify(v)}\``);
    rows.push(
      `| \`${path}\` | ${escape(node.description ?? '')} | ${escape(range(node))} | ${required ? 'required' : escape(value(decided ? presets.default[preset] : node.default))} | ${decided ? value(presets.paper[preset]) : ''} |`,
    );
  };
  visit(specJsonSchema(), '', false);
  return rows.join('\n');
}

function range(node: SchemaNode): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.anyOf) return node.anyOf.map(range).join(' or ');
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(' or ');
  const low = node.exclusiveMinimum !== undefined ? `> ${node.exclusiveMinimum}` : node.minimum !== undefined && node.minimum > -1e15 ? `≥ ${node.minimum}` : '';
  const high = node.maximum !== undefined && node.maximum < 1e15 ? `≤ ${node.maximum}` : '';
  const kind = { integer: 'whole number', number: 'number', string: 'text', array: 'list', object: 'object' }[node.type ?? ''] ?? '';
  return [kind, [low, high].filter(Boolean).join(', ')].filter(Boolean).join(' ');
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The ordinary starting prompts, in the order in which they are scored. */
export function startingPromptsList(): string {
  return STARTING_PROMPTS.map((text) => `\`${text}\``).join(' · ');
}
