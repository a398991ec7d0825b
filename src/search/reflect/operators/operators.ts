import { addRule } from './addRule';
import { recombine } from './recombine';
import { reflect } from './reflect';
import { rephrase } from './rephrase';
import { shorten } from './shorten';

/** What is asked of the proposer; `examples` asks nothing: it shows rows of the training data. */
export const REQUESTS = { reflect, shorten, rephrase, addRule, recombine } as const;

export type Operator = keyof typeof REQUESTS | 'examples';
export const OPERATORS: readonly Operator[] = ['reflect', 'addRule', 'shorten', 'rephrase', 'examples', 'recombine'];

/** A row with what the model answered under the current instruction. */
interface ShownRow {
  readonly input: string;
  readonly expected: string;
  readonly got: string;
  /** Why a metric gave its score. */
  readonly reason?: string;
}

/** Characters of an input in a request. */
const INPUT_LENGTH = 1000;

/** The request of an operator. Texts go into fences that they cannot close. */
export function request(
  operator: keyof typeof REQUESTS,
  parts: { instruction: string; second?: string; rows: readonly ShownRow[]; frozen: readonly string[] },
): string {
  const rows = parts.rows.map(({ input, expected, got, reason }) =>
    [
      `Input: ${cut(input)}`,
      `Expected: ${expected}`,
      `Got: ${cut(got)}`,
      ...(reason === undefined ? [] : [`Feedback: ${cut(reason)}`]),
    ].join('\n'),
  );
  const keep = parts.frozen.map((span) => `- ${span}`).join('\n');
  const filled: Record<string, string> = {
    instruction: fenced(parts.instruction),
    second: fenced(parts.second ?? ''),
    rows: rows.join('\n\n'),
    frozen: keep === '' ? '' : `Keep these passages word for word:\n${keep}\n\n`,
  };
  // One pass, so that braces in a text are never filled in.
  return REQUESTS[operator].replace(/\{(instruction|second|rows|frozen)\}/g, (_, name: string) => filled[name]!);
}

function fenced(text: string): string {
  return `\`\`\`\n${text.replaceAll('```', "'''")}\n\`\`\``;
}

function cut(text: string): string {
  const characters = Array.from(text);
  return characters.length > INPUT_LENGTH ? `${characters.slice(0, INPUT_LENGTH).join('')}…` : text;
}
