import { fillTemplate, forCausal, parseTemplate } from '../../spec/template';
import type { FoundPrompt } from './foundPrompt';
import { InsertionError } from './insertionError';

/** What stands before and behind the input in the text that goes to the model. */
export interface FilledTemplate {
  readonly before: string;
  readonly after: string;
}

/**
 * The template with the prompt and the mask token filled in, as the model was asked with it.
 * @throws InsertionError when the template is none that the model could have been asked with
 */
export function filledTemplate({ prompt, template: source, masked, maskToken }: FoundPrompt): FilledTemplate {
  const template = parseTemplate(source);
  const { parts, error } = masked ? { parts: template.parts } : forCausal(template);
  const problem = template.errors[0] ?? error;
  if (problem !== undefined) throw new InsertionError(`There is no function for the template “${source}”: ${problem.message}.`);
  if (masked && parts.some(({ kind }) => kind === 'mask') && maskToken === undefined)
    throw new InsertionError(
      'There is no function for this prompt yet: the mask token of its model is known once the run has ended. Insert the prompt as a string until then.',
    );
  const mask = maskToken ?? '';
  const input = stranger([source, prompt, mask]);
  const text = fillTemplate(parts, input, prompt, mask);
  const at = text.indexOf(input);
  return { before: text.slice(0, at), after: text.slice(at + input.length) };
}

/** A text that is in none of the others and, its ends being unlike, overlaps nothing. */
function stranger(texts: readonly string[]): string {
  for (let n = 0; ; n++) {
    const candidate = `\uE000${n}\uE001`;
    if (!texts.some((text) => text.includes(candidate))) return candidate;
  }
}
