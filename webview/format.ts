import type { Scored } from './store';

/** A share as a percentage with one decimal, or as many as a mark on an axis needs that writes shares with `decimals` of them. */
export function percent(share: number, decimals = 3): string {
  return `${(100 * share).toFixed(Math.max(0, decimals - 2))} %`;
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

/** A number in a chart or table: three or four digits that matter, or as many decimals as one says. */
export function short(value: number, decimals?: number): string {
  const size = Math.abs(value);
  if (decimals !== undefined && size < 10_000) return value.toFixed(decimals);
  if (size >= 10_000) return value.toExponential(1);
  if (size >= 100) return value.toFixed(0);
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}

export function pValue(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}

/** Where a prompt that was scored has come to stand, and how it does on held-out rows where it has been asked there. */
export function scoredText({ row, of }: Scored): string {
  const held = row.test ? `, held out ${percent(row.test.accuracy)}` : '';
  return `“${row.prompt.trim()}” is number ${row.rank} of ${of}${held}.`;
}

/** `1 row`, `2 rows`. */
export function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}
