/** What a budget counts: texts, of a generation task. */
export type Unit = 'queries' | 'generations';

/** `1,234` */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** `1 row`, `1,234 rows`. */
export function amount(n: number, one: string): string {
  return n === 1 ? `1 ${one}` : `${count(n)} ${one}s`;
}

/** A share as `72.3%`. */
export function percent(share: number): string {
  return `${tenths(share)}%`;
}

/** A share as `72.3`, where the percent sign stands elsewhere. */
export function tenths(share: number): string {
  return (100 * share).toFixed(1);
}
