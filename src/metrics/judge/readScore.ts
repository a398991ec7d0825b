import { jsonParts } from '../json';

/** What a judge said of a text. */
interface Said {
  /** In [0, 1]. */
  readonly score: number;
  readonly reason: string | undefined;
}

const NUMBER = String.raw`(-?(?:\d+(?:\.\d+)?|\.\d+))`;
const SHARE = String.raw`${NUMBER}\s*(?:(%)|(?:\/|out of)\s*${NUMBER})?`;
const ALONE = new RegExp(String.raw`^[\s"'*(\[]*${SHARE}[\s"'*.)\]]*$`, 'i');
const NAMED = new RegExp(String.raw`\bscore\b["'*\s:=]{0,8}(?:is\s+)?${SHARE}`, 'gi');

/**
 * Reads a judge's answer: `{ "score", "reason" }` or `{ "pass" }` anywhere in it, the last one if there are several; a number alone; or
 * a number after the word score. `4/5`, `4 out of 5` and `80%` are 0.8. Undefined where that gives no number from 0 to 1.
 */
export function readScore(answer: string): Said | undefined {
  // What a model thinks before it answers is no answer.
  const text = answer.replace(/^[\s\S]*<\/think>/i, '');
  for (const value of jsonParts(text).reverse()) {
    const { score, reason, pass } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
    const found = score ?? pass;
    const number = typeof found === 'boolean' ? Number(found) : typeof found === 'number' ? found : numberOf(ALONE.exec(String(found)));
    if (inRange(number)) return { score: number, reason: typeof reason === 'string' && reason.trim() !== '' ? reason.trim() : undefined };
  }
  const number = numberOf(ALONE.exec(text)) ?? numberOf([...text.matchAll(NAMED)].at(-1));
  return inRange(number) ? { score: number, reason: undefined } : undefined;
}

function numberOf(match: RegExpMatchArray | null | undefined): number | undefined {
  if (!match) return undefined;
  const [, number, percent, of] = match;
  return Number(number) / (percent ? 100 : of === undefined ? 1 : Number(of));
}

function inRange(number: number | undefined): number is number {
  return number !== undefined && number >= 0 && number <= 1;
}
