import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cellsOf, keyOf, TIERS, type Selection } from './cells';
import { picture } from './picture';
import { textTables } from './texts/tables';
import type { TextResult } from './texts/results';
import { pictureOf, settings, tables, type Results } from './tables';

const [BEGIN, END] = ['<!-- bench: written by npm run bench -- --report -->', '<!-- end of bench -->'];

const TEXTS = ['<!-- texts: written by npm run bench -- --texts … --report -->', '<!-- end of texts -->'] as const;

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
  const open = missing(results, chosen);
  const notYet = open.length > 0 ? `Not measured yet:\n\n${open.map((line) => `- ${line}`).join('\n')}\n\n` : '';
  between([BEGIN, END], `${tables(results)}\n\n${notYet}`, document);
  for (const setting of settings(results)) {
    const file = join(dirname(document), pictureOf(setting));
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, picture(results, setting));
  }
}

/** Writes the tables of generation tasks between theirs. */
export function reportTexts(results: Iterable<TextResult>, document: string): void {
  between(TEXTS, `${textTables(results)}\n\n`, document);
}

function between([begin, end]: readonly [string, string], content: string, document: string): void {
  const text = readFileSync(document, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${document}: expected a line ${begin} and a line ${end} behind it`);
  writeFileSync(document, `${text.slice(0, from)}${begin}\n\n${content}${text.slice(to)}`);
}
