/** A template as a list of parts, in order. A literal never ends in the space that belongs to the part behind it. */
export type Part =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'input' | 'prompt' | 'mask'; /** one space stands before it */ readonly space: boolean };

export interface Template {
  readonly source: string;
  readonly parts: readonly Part[];
  readonly errors: readonly string[];
}

const PLACEHOLDER = /\{(\w+)\}/g;
const KNOWN = ['input', 'prompt', 'mask'] as const;

/** Parses a template such as `{input} {prompt} {mask} .`; never throws: `errors` says what is wrong. */
export function parseTemplate(source: string): Template {
  const parts: Part[] = [];
  const errors: string[] = [];
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
    else errors.push(`the template has an unknown placeholder {${kind}}; it knows {input}, {prompt} and {mask}`);
  }
  const tail = source.slice(at).trimEnd();
  if (tail) parts.push({ kind: 'literal', text: tail });
  const times = (kind: string) => parts.filter((part) => part.kind === kind).length;
  for (const kind of ['input', 'prompt']) {
    if (times(kind) === 0) errors.push(`the template has no {${kind}}`);
  }
  for (const kind of KNOWN) {
    if (times(kind) > 1) errors.push(`the template has {${kind}} ${times(kind)} times; once is what it can take`);
  }
  return { source, parts, errors };
}

/** The template as a causal model reads it: up to where the label word comes. */
export function forCausal(template: Template): { parts: readonly Part[]; error?: string } {
  const mask = template.parts.findIndex((part) => part.kind === 'mask');
  if (mask < 0) return { parts: template.parts };
  const behind = template.parts.slice(mask + 1);
  // `{mask} .` : the full stop behind the label word is nothing that a causal model reads.
  if (behind.every((part) => part.kind === 'literal' && /^[\s.!?]*$/.test(part.text))) return { parts: template.parts.slice(0, mask) };
  return {
    parts: template.parts,
    error: 'a causal model reads from left to right: {mask} must be the last thing in the template, or be left out',
  };
}

/** The text that a person would send: the template filled in, without the mask. */
export function fillTemplate(parts: readonly Part[], input: string, prompt: string, mask: string): string {
  let text = '';
  let dropSpace = false;
  for (const part of parts) {
    if (part.kind === 'literal') text += dropSpace ? part.text.replace(/^ /, '') : part.text;
    else {
      const value = part.kind === 'input' ? input : part.kind === 'prompt' ? prompt : mask;
      const lead = part.space && !dropSpace ? ' ' : '';
      if (part.kind === 'prompt' && value === '') {
        // The empty prompt takes its space away with it: its own, or at the start of the text the one behind it.
        dropSpace = !part.space && text === '';
        continue;
      }
      text += lead + value;
    }
    dropSpace = false;
  }
  return text;
}
