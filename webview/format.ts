import type { Scored } from './store';

/** A share as a percentage with one decimal; for a mark on an axis, with as many as shares with `decimals` decimals need. */
export function percent(share: number, decimals = 3): string {
  return `${(100 * share).toFixed(Math.max(0, decimals - 2))}%`;
}

export function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** Seconds as `42 s`, `3:05` or `1:02:03`. */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** A number in a chart or table: three significant digits or more, or a given number of decimals. */
export function short(value: number, decimals?: number): string {
  const size = Math.abs(value);
  if (size >= 1_000_000) return value.toExponential(1);
  if (size >= 10_000) return count(value);
  if (decimals !== undefined) return value.toFixed(decimals);
  return size >= 1000 ? count(value) : value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** Without decimals, where the first digits are what counts: `87`, `57,812`, `1.2M`. */
export function whole(value: number): string {
  return value < 1_000_000 ? count(value) : COMPACT.format(value);
}

const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export function signed(value: number): string {
  const size = Math.abs(value).toFixed(1);
  return `${size === '0.0' ? '±' : value < 0 ? '−' : '+'}${size}`;
}

/** The rank of an evaluated prompt, and its held-out accuracy or score if it has one. */
export function scoredText({ row, of }: Scored): string {
  const held = row.test ? `, held-out ${row.test.metrics ? 'score' : 'accuracy'} ${percent(row.test.accuracy)}` : '';
  return `“${shortPrompt(row.prompt)}” ranks ${ordinal(row.rank)} of ${of}${held}.`;
}

/** Whether a prompt is too long to be shown token by token. */
export function isInstruction(prompt: string): boolean {
  return prompt.length > 120 || prompt.trim().includes('\n');
}

/** A prompt on one line, cut between words. */
export function shortPrompt(prompt: string, most = 80): string {
  const line = prompt.trim().replace(/\s+/g, ' ');
  if (line.length <= most) return line;
  const cut = line.slice(0, most);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), most / 2)).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Prompts on one line each: one that begins like a prompt before it, as far as that line goes, shows where it differs from it. */
export function tellApart(prompts: readonly string[], most = 80): string[] {
  const lines = prompts.map((prompt) => prompt.trim().replace(/\s+/g, ' '));
  const short = lines.map((line) => shortPrompt(line, most));
  return lines.map((line, i) => {
    const like = lines.slice(0, i).filter((_, j) => short[j] === short[i]);
    if (like.length === 0 || line.length <= most) return short[i]!;
    const shared = Math.max(...like.map((other) => sharedBeginning(line, other)));
    const from = line.lastIndexOf(' ', Math.min(shared, line.length - most / 2)) + 1;
    return `… ${shortPrompt(line.slice(from), most - 2)}`;
  });
}

/** `1 row`, `2 rows`. */
export function plural(n: number, noun: string, several = `${noun}s`): string {
  return `${count(n)} ${n === 1 ? noun : several}`;
}

function sharedBeginning(a: string, b: string): number {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return n;
}

const ENDINGS: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' };

function ordinal(n: number): string {
  return `${n}${ENDINGS[new Intl.PluralRules('en', { type: 'ordinal' }).select(n)] ?? 'th'}`;
}
