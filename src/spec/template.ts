import { worded, type Worded } from '../wording/wording';

/** A template as a list of parts, in order. A literal never ends in the space that belongs to the next part. */
export type Part =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'input' | 'prompt' | 'mask'; /** one space comes before it */ readonly space: boolean };

export interface Template {
  readonly parts: readonly Part[];
  readonly errors: readonly Worded[];
}

const PLACEHOLDER = /\{(\w+)\}/g;
const KNOWN = ['input', 'prompt', 'mask'] as const;

/** Parses a template such as `{input} {prompt} {mask} .`; never throws: `errors` says what is wrong. */
export function parseTemplate(source: string): Template {
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
  const times = Object.fromEntries(KNOWN.map((kind) => [kind, parts.filter((part) => part.kind === kind).length]));
  for (const name of ['input', 'prompt']) if (times[name] === 0) errors.push(worded('spec.templateLacks', { name }));
  for (const name of KNOWN) if (times[name]! > 1) errors.push(worded('spec.templateRepeats', { name, times: times[name]! }));
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
