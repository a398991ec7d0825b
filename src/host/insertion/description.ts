import { percent } from '../../run/report/report';
import type { FoundPrompt } from './foundPrompt';

/** `78.0 % (76.0–80.0 %, n = 1821)`; undefined when the prompt was not scored on held-out rows. */
export function accuracyText({ accuracy, interval, n }: FoundPrompt): string | undefined {
  if (accuracy === undefined) return undefined;
  const more = [...(interval ? [`${percent(interval[0])}–${percent(interval[1])} %`] : []), ...(n === undefined ? [] : [`n = ${n}`])];
  return `${percent(accuracy)} %${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}

/** A prompt in quotes with its line breaks, tabs and unprintable characters as escapes, so that it keeps to its line. */
export function visiblePrompt(prompt: string): string {
  const characters = prompt.replace(
    /(?! )[\p{C}\p{Z}]/gu,
    (character) => SHORT[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
  return `“${characters}”`;
}

const SHORT: Partial<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** What a function does and where its prompt is from, in two lines. */
export function functionDescription(found: FoundPrompt): [string, string] {
  const accuracy = accuracyText(found);
  return [
    `The text to send to ${oneLine(found.taskModel)} for the task '${oneLine(found.taskName)}'.`,
    `Prompt found by RLPrompt; ${accuracy === undefined ? 'not scored on held-out rows' : `held-out accuracy ${accuracy.replace('–', ' to ')}`}.`,
  ];
}

/**
 * A text that can stand in a comment of any of the languages: on one line, without what ends or opens a comment or a script,
 * without `\u`, which Java reads in comments too, and without `coding:`, by which Ruby is told a file's encoding.
 */
function oneLine(text: string): string {
  const line = text
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .replace(/\*(?=\/)|\/(?=\*)|<(?=[/!])|-(?=->)|\?(?=>|\?)|\\(?=u)|coding(?=[:=])/g, '$& ')
    .trim();
  const characters = Array.from(line);
  return characters.length > 60 ? `${characters.slice(0, 57).join('')}...` : line;
}
