import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportTexts } from '../../../tools/bench/report';
import { distinct2, keyOfTexts, TextResultFile, type TextResult } from '../../../tools/bench/texts/results';
import { interval, textTables } from '../../../tools/bench/texts/tables';

const run = (more: Partial<TextResult>): TextResult => ({
  task: 'steering',
  method: 'default',
  seed: 0,
  budget: 1000,
  prompt: 'a',
  generations: 990,
  rows: [0.5, 0.7],
  metrics: { classifier: 0.6, 'second opinion': 0.4 },
  distinct2: 0.8,
  seconds: 1,
  ...more,
});

describe('the share of different pairs of words', () => {
  it('counts each pair once, over all texts, whatever capitals and punctuation', () => {
    // a b, b a | a b, b c: four pairs, three of them different.
    expect(distinct2(['A b, a', 'a b c'])).toBe(3 / 4);
    expect(distinct2(['one', ''])).toBe(0);
    expect(distinct2(["don't stop", "don't stop"])).toBe(1 / 2);
  });
});

describe('the report of generation tasks', () => {
  it('has an interval over rows and runs', () => {
    expect(interval([[0.4, 0.4, 0.4]])).toEqual([0.4, 0.4].map((x) => expect.closeTo(x, 12) as number));
    const [low, high] = interval([
      [0, 1, 0, 1],
      [0, 1, 0, 1],
    ]);
    expect(low).toBe(0);
    expect(high).toBe(1);
    // Runs that differ by 0.2 on every row.
    expect(interval([[0.3], [0.5]])).toEqual([expect.closeTo(0.3, 9), expect.closeTo(0.5, 9)]);
  });

  it('compares with random search on the same rows and seeds, and shows every metric', () => {
    const all = [
      run({}),
      run({ method: 'random+rows', rows: [0.4, 0.6] }),
      run({ seed: 1, rows: [0.6, 0.8] }),
      run({ method: 'random+rows', seed: 2, rows: [0, 0] }),
      run({ method: 'none', budget: 0, rows: [0.2, 0.4] }),
    ];
    const lines = textTables(all).split('\n');
    expect(lines[0]).toBe('### steering');
    expect(lines[2]).toContain('| classifier | second opinion | distinct-2 |');
    // Budget 0 first; of the two runs, the one with a partner gives the difference.
    expect(lines[4]).toMatch(/^\| {2}\| none \| 1 \| 30\.0% /);
    expect(lines[5]).toMatch(
      /^\| 1,000 \| default \| 2 \| 65\.0% .* \| \+10\.0 \(\+10\.0 to \+10\.0\) \| {2}\| \+35\.0 \(\+30\.0 to \+40\.0\) \| 60\.0% \| 40\.0% \| 80\.0% \|$/,
    );
    expect(lines[6]).toMatch(/^\| 1,000 \| random\+rows \| 2 \| 25\.0% /);
  });

  it('keeps the later line of a cell, and replaces only what stands between its marks', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rlprompt-texts-'));
    const file = new TextResultFile(join(folder, 'texts.jsonl'));
    expect(file.read().size).toBe(0);
    file.append(run({ prompt: 'old' }));
    file.append(run({ prompt: 'new' }));
    expect(file.read().get(keyOfTexts(run({})))!.prompt).toBe('new');
    const document = join(folder, 'benchmarks.md');
    writeFileSync(document, 'A\n<!-- texts: written by npm run bench -- --texts … --report -->\nold\n<!-- end of texts -->\nB\n');
    reportTexts(file.read().values(), document);
    const text = readFileSync(document, 'utf8');
    expect(text).toMatch(/^A\n/);
    expect(text).toMatch(/\nB\n$/);
    expect(text).toContain('### steering');
    expect(text).not.toContain('old');
    writeFileSync(document, 'no marks');
    expect(() => reportTexts([], document)).toThrow('expected a line');
  });
});
