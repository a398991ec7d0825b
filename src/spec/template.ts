import { worded, type Worded } from '../wording/wording';

/** A template as a list of parts, in order. A literal never ends in the space that belongs to the next part. */
export type Part =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'input' | 'prompt' | 'mask'; /** one space comes before it */ readonly space: boolean };

/** A message of a chat. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A message of a template, with its content parsed. */
export interface Turn {
  readonly role: Message['role'];
  readonly parts: readonly Part[];
}

/** What is wrong with a template, and in which message of a chat. */
export interface TemplateError extends Worded {
  readonly turn?: number;
}

interface Template {
  /** Of all messages, in their order. */
  readonly parts: readonly Part[];
  /** Of a chat; undefined for a template that is one text. */
  readonly turns?: readonly Turn[];
  readonly errors: readonly TemplateError[];
}

const PLACEHOLDER = /\{(\w+)\}/g;
const KNOWN = ['input', 'prompt', 'mask'] as const;

/** Parses a template such as `{input} {prompt} {mask} .`, or the messages of a chat; never throws: `errors` says what is wrong. */
export function parseTemplate(source: string | readonly Message[]): Template {
  if (typeof source !== 'string') return parseChat(source);
  const { parts, errors } = parseText(source);
  return { parts, errors: [...errors, ...miscounted(parts)] };
}

function parseChat(messages: readonly Message[]): Template {
  const parsed = messages.map(({ content }) => parseText(content));
  const turns = messages.map(({ role }, i) => ({ role, parts: parsed[i]!.parts }));
  const parts = turns.flatMap((turn) => turn.parts);
  const errors: TemplateError[] = parsed.flatMap(({ errors }, turn) => errors.map((error) => ({ ...error, turn })));
  errors.push(...miscounted(parts));
  const masked = turns.findIndex((turn) => turn.parts.some(({ kind }) => kind === 'mask'));
  if (masked >= 0) errors.push({ ...worded('spec.chatMask'), turn: masked });
  const last = messages.length - 1;
  if (last >= 0 && messages[last]!.role !== 'user') errors.push({ ...worded('spec.chatLast', { role: messages[last]!.role }), turn: last });
  return { parts, turns, errors };
}

function miscounted(parts: readonly Part[]): Worded[] {
  const times = Object.fromEntries(KNOWN.map((kind) => [kind, parts.filter((part) => part.kind === kind).length]));
  return [
    ...['input', 'prompt'].filter((name) => times[name] === 0).map((name) => worded('spec.templateLacks', { name })),
    ...KNOWN.filter((name) => times[name]! > 1).map((name) => worded('spec.templateRepeats', { name, times: times[name]! })),
  ];
}

function parseText(source: string): { parts: Part[]; errors: Worded[] } {
  const parts: Part[] = [];
  const errors: Worded[] = [];
  let at = 0;
  const literal = (text: string): boolean => {
    const space = text.endsWith(' ');
    const rest = space ? text.slice(0, -1) : text;
    if (rest) parts.push({ kind: 'literal', text: rest });
    return space;
  };
  for (const match of source.matchAll(PLACEHOLDER)) {
    const kind = match[1] as (typeof KNOWN)[number];
    const space = literal(source.slice(at, match.index));
    at = match.index + match[0].length;
    if (KNOWN.includes(kind)) parts.push({ kind, space });
    else errors.push(worded('spec.templateUnknown', { name: kind }));
  }
  const tail = source.slice(at).trimEnd();
  if (tail) parts.push({ kind: 'literal', text: tail });
  return { parts, errors };
}

/** The template as a causal model reads it: up to the label word. */
export function forCausal({ parts }: Pick<Template, 'parts'>): { parts: readonly Part[]; error?: Worded } {
  const mask = parts.findIndex((part) => part.kind === 'mask');
  if (mask < 0) return { parts };
  const after = parts.slice(mask + 1);
  // `{mask} .` : a causal model does not read the full stop after the label word.
  if (after.every((part) => part.kind === 'literal' && /^[\s.!?]*$/.test(part.text))) return { parts: parts.slice(0, mask) };
  return { parts, error: worded('spec.maskNotLast') };
}

/** The text that goes to the model: the template filled in. */
export function fillTemplate(parts: readonly Part[], input: string, prompt: string, mask: string): string {
  let text = '';
  let dropSpace = false;
  for (const part of parts) {
    if (part.kind === 'literal') text += dropSpace ? part.text.replace(/^ /, '') : part.text;
    else {
      const value = { input, prompt, mask }[part.kind];
      if (part.kind === 'prompt' && value === '') {
        // The empty prompt takes a space away with it: its own, or at the start of the text that of the next part.
        dropSpace = !part.space && text === '';
        continue;
      }
      text += (part.space && !dropSpace ? ' ' : '') + value;
    }
    dropSpace = false;
  }
  return text;
}

/** The messages that go to a chat model. A message that holds nothing but the empty prompt is left out. */
export function fillTurns(turns: readonly Turn[], input: string, prompt: string): Message[] {
  return turns.flatMap(({ role, parts }) => {
    const content = fillTemplate(parts, input, prompt, '');
    return content === '' && parts.some(({ kind }) => kind === 'prompt') ? [] : [{ role, content }];
  });
}

/** A template as readers see it: of a chat, a line for each message. */
export function templateText(template: string | readonly Message[]): string {
  return typeof template === 'string' ? template : template.map(({ role, content }) => `${role}: ${content}`).join('\n');
}
