import { promptClassifier } from './classifier';
import type { FoundPrompt } from './found';
import { aroundInput, marker, messagesOf, originLine, promptFunction } from './functions';
import { InsertionError } from './insertionError';
import { languageAt } from './languages';
import { literal, literals } from './literal';

/** Indentation that editors use. */
const UNITS = ['    ', '  ', '\t', '   ', '        '];
/** Lines above the marker and below it that may belong to what was inserted. */
const [ABOVE, BELOW] = [8, 400];

/** A part of a text to replace. */
interface Replacement {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/**
 * Inserted code with another prompt in place of its own: the whole code, as long as nobody has changed it; else, if both
 * prompts are of one model with one template and the same label words, the text around the input. Undefined if neither is there.
 */
export function replaced(text: string, line: number, languageId: string, old: FoundPrompt, next: FoundPrompt): Replacement | undefined {
  const lines = text.split('\n');
  const language = languageAt(languageId, lines.slice(0, line));
  const start = offsetOf(lines, Math.max(0, line - ABOVE));
  const end = offsetOf(lines, Math.min(lines.length, line + BELOW));
  const near = text.slice(start, end);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = /^[ \t]*/.exec(lines[line] ?? '')![0];
  for (const write of [promptFunction, promptClassifier])
    for (const unit of UNITS)
      for (const inside of new Set(['', indent, indent.slice(1), indent.slice(unit.length)])) {
        const code = (found: FoundPrompt): string | undefined => written(() => write(found, language, unit), inside, eol);
        const [before, after] = [code(old), code(next)];
        const at = before === undefined ? -1 : near.indexOf(before);
        if (at >= 0 && after !== undefined) return { offset: start + at, length: before!.length, text: after };
      }
  return sameTask(old, next) ? changedText(near, start, language, old, next) : undefined;
}

/** Code as it was inserted; undefined where there is none for this prompt. */
function written(write: () => string[], inside: string, eol: string): string | undefined {
  try {
    return write()
      .map((one) => (one === '' ? '' : inside + one))
      .join(eol);
  } catch (error) {
    if (error instanceof InsertionError) return undefined;
    throw error;
  }
}

function sameTask(a: FoundPrompt, b: FoundPrompt): boolean {
  const task = ({ template, taskModel, maskToken, classes, call }: FoundPrompt): string =>
    JSON.stringify([template, taskModel, maskToken, classes?.map(({ label, word }) => [label, word]), call]);
  return task(a) === task(b);
}

/** In code that a formatter has changed: the literals that hold the prompt, in either quotes, if they are there once. */
function changedText(near: string, start: number, language: string, old: FoundPrompt, next: FoundPrompt): Replacement | undefined {
  const [from, to] = [textsOf(old), textsOf(next)];
  const at = from.findIndex((text, i) => text !== to[i]);
  if (from.length !== to.length || at < 0 || from.some((text, i) => i > at && text !== to[i]) || from[at]!.trim() === '') return undefined;
  for (const quotes of ['"', "'"]) {
    const quoted = (double: string): string =>
      quotes === '"' ? double : `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
    const were = literals(from[at]!, language).map(quoted);
    const found = [
      ...near.matchAll(new RegExp(were.map((one) => one.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join(String.raw`(\s*[+,]?\s*)`), 'g')),
    ];
    if (found.length !== 1) continue;
    const [{ 0: before, 1: between, index }] = found as [RegExpExecArray];
    // One literal may be without parentheses, which several need.
    const are = between === undefined ? [literal(to[at]!, language)] : literals(to[at]!, language);
    const prompt = { offset: start + index, length: before.length, text: are.map(quoted).join(between) };
    return withNewNumbers(near, start, prompt, old, next);
  }
  return undefined;
}

/** The texts of inserted code, around the input or by message. */
function textsOf(found: FoundPrompt): string[] {
  const messages = found.turns ? messagesOf(found.turns, found.prompt) : [aroundInput(found)];
  return messages.flatMap(({ before, after = '' }) => [before, after]);
}

/** The description above gets the new run's name and score; undefined if it no longer has the old ones. */
function withNewNumbers(near: string, start: number, prompt: Replacement, old: FoundPrompt, next: FoundPrompt): Replacement | undefined {
  const describe = (found: FoundPrompt): string[] => [originLine(found), marker(found)];
  const head = near.slice(0, prompt.offset - start);
  const [was, is] = [describe(old), describe(next)];
  const begin = head.indexOf(was[0]!);
  if (begin < 0 || !head.includes(was[1]!, begin)) return undefined;
  const changed = was.reduce((text, one, i) => text.replace(one, () => is[i]!), head.slice(begin));
  return { offset: start + begin, length: prompt.offset + prompt.length - start - begin, text: changed + prompt.text };
}

function offsetOf(lines: readonly string[], line: number): number {
  return lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
}
