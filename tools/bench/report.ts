import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cellsOf, keyOf, TIERS, type Selection } from './cells';
import { picture } from './picture';
import { pictureOf, settings, tables, type Results } from './tables';

const [BEGIN, END] = ['<!-- bench: written by npm run bench -- --report -->', '<!-- end of bench -->'];

/** What is not measured yet, a line for each part of the benchmark. */
export function missing(results: Results, chosen: Selection): string[] {
  return TIERS.flatMap((tier) => {
    const cells = cellsOf(tier, chosen);
    const open = cells.filter((cell) => !results.has(keyOf(cell)));
    if (open.length === 0) return [];
    const budgets = tier.budgets[0] === 0 ? '' : ` at ${tier.budgets.map((n) => n.toLocaleString('en-US')).join(' and ')} queries`;
    const of = `${tier.model}, ${tier.length} tokens${tier.warmStart ? ', warm start' : ''}: ${tier.methods.join(', ')}${budgets}`;
    return [`${tier.name} (${of}): ${open.length} of ${cells.length} runs`];
  });
}

/** Writes the tables between the markers of the document and its pictures beside it. */
export function report(results: Results, chosen: Selection, document: string): void {
  const text = readFileSync(document, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${document}: expected a line ${BEGIN} and a line ${END} behind it`);
  const open = missing(results, chosen);
  const notYet = open.length > 0 ? `Not measured yet:\n\n${open.map((line) => `- ${line}`).join('\n')}\n\n` : '';
  writeFileSync(document, `${text.slice(0, from)}${BEGIN}\n\n${tables(results)}\n\n${notYet}${text.slice(to)}`);
  for (const setting of settings(results)) {
    const file = join(dirname(document), pictureOf(setting));
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, picture(results, setting));
  }
}
