import type { ParsedSpec } from './schema';

export type Price = NonNullable<ParsedSpec['price']>;

/** What tokens cost; a proposer that is the task model costs what that does, unless the spec says otherwise. */
export function priceOf({ price, proposer, taskModel }: Pick<ParsedSpec, 'price' | 'proposer' | 'taskModel'>): Price | undefined {
  if (price?.taskModel === undefined || (proposer ?? taskModel) !== taskModel) return price;
  return { proposer: price.taskModel, ...price };
}

/** What tokens cost, where the spec has a price. */
export function costOf(tokens: number, perMillion: number | undefined, price: Price | undefined): string | undefined {
  return perMillion === undefined ? undefined : money((tokens * perMillion) / 1e6, price);
}

export function money(amount: number, price: Price | undefined): string {
  return `${price?.currency ?? '$'}${amount.toFixed(amount < 10 ? 2 : 0)}`;
}
