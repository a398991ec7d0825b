import type { ModelCall } from '../../model/call';
import type { Part, Turn } from '../../spec/template';
import { count, tenths } from '../../wording/numbers';
import type { PromptRow, RunHead } from '../../run/view/runView';
import { taskName } from '../../run/store/history';
import type { Runs } from '../runs/runs';

/** A prompt of a finished run, with what users need to know to use it. */
export interface FoundPrompt {
  /** The text that replaces the template's `{prompt}`. */
  readonly prompt: string;
  readonly origin: PromptRow['origin'];
  /** As in the task spec: `{input} {prompt} {mask} .` */
  readonly template: string;
  /** The template, parsed. */
  readonly parts: readonly Part[];
  /** Of a template that is a chat: its messages. */
  readonly turns?: readonly Turn[];
  /** The spec's file name without its ending. */
  readonly taskName: string;
  readonly taskModel: string;
  /** Whether the task model is a masked one: then `{mask}` becomes its mask token. */
  readonly masked?: boolean;
  /** `<mask>` or `[MASK]`. */
  readonly maskToken?: string;
  /** Held-out accuracy, 0 to 1. */
  readonly accuracy?: number;
  /** 95% Wilson score interval of the accuracy. */
  readonly interval?: readonly [number, number];
  /** Held-out rows. */
  readonly n?: number;
  /** How code calls the task model, where it can. */
  readonly call?: ModelCall;
  /** With their label words, of a finished run. */
  readonly classes?: readonly { readonly label: string; readonly word: string }[];
  /** Tokens of the prompt, and whether its text gives exactly these. */
  readonly tokens?: number;
  readonly roundTrip?: boolean;
  /** Of a policy that gives each input a prompt: its prompts, the most frequent first. */
  readonly given?: readonly { readonly prompt: string }[];
  readonly runFolder: string;
  /** When the run was started, ISO 8601. */
  readonly created: string;
}

/**
 * A row of a run's table as something to put into code. Until the run has its summary, a template with a mask may be that of a
 * masked model: the mask token is left open, so that no function is written with a guess.
 */
export function foundPrompt(head: RunHead, row: PromptRow): FoundPrompt {
  const maskToken = head.summary?.maskToken;
  const maskOpen = head.summary === undefined && head.parts.some(({ kind }) => kind === 'mask');
  return {
    prompt: row.prompt,
    origin: row.origin,
    template: head.template,
    parts: head.parts,
    ...(head.turns && { turns: head.turns }),
    taskName: taskName(head.specFile),
    taskModel: head.taskModel,
    ...(maskOpen && { masked: true }),
    ...(maskToken !== undefined && { masked: true, maskToken }),
    ...(row.test && { accuracy: row.test.accuracy, interval: row.test.interval, n: row.test.n }),
    ...(head.summary?.call && { call: head.summary.call }),
    ...(head.summary && { classes: head.summary.classes }),
    tokens: row.pieces.length,
    ...(row.roundTrip !== undefined && { roundTrip: row.roundTrip }),
    ...(head.summary?.perInput && { given: head.summary.perInput.prompts }),
    runFolder: head.id,
    created: head.created,
  };
}

/** The prompts of all finished runs, without the empty one: the latest run first, and each run's best prompt first. */
export async function foundPrompts(runs: Runs): Promise<FoundPrompt[]> {
  const finished = (await runs.list()).filter(({ state }) => state === 'finished');
  const tables = await Promise.all(
    finished.map(async (head) => {
      // Undefined if the run was deleted since it was listed.
      const builder = await runs.get(head.id).catch(() => undefined);
      return (builder?.rows ?? []).filter(({ prompt }) => prompt !== '').map((row) => foundPrompt(head, row));
    }),
  );
  return tables.flat();
}

/** `78.0% (76.0–80.0%, n = 1,821)`; undefined if the prompt has no held-out score. */
export function accuracyText({ accuracy, interval, n }: FoundPrompt): string | undefined {
  if (accuracy === undefined) return undefined;
  const more = [...(interval ? [`${tenths(interval[0])}–${tenths(interval[1])}%`] : []), ...(n === undefined ? [] : [`n = ${count(n)}`])];
  return `${tenths(accuracy)}%${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}

/** A prompt in quotes, on one line: line breaks, tabs, and unprintable characters as escapes; a long one is cut. */
export function visiblePrompt(prompt: string, most = 100): string {
  const short: Partial<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  const visible = (character: string): string => short[character] ?? `\\u{${character.codePointAt(0)!.toString(16)}}`;
  const characters = Array.from(prompt);
  const shown = characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : prompt;
  return `“${shown.replace(/(?! )[\p{C}\p{Z}]/gu, visible)}”`;
}
