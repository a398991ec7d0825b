import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { tenths } from '../../../src/wording/numbers';
import { csvTable, markdownReport, markdownTable, seedsSummary, summary, textTable } from '../../../src/run/report/report';
import type { Origin, PromptResult, RunResult } from '../../../src/run/result/result';
import { summarizeSeeds } from '../../../src/run/report/seeds';
import { verdictOf } from '../../../src/run/result/verdict';
import { word } from '../../../src/wording/wording';

function prompt(rank: number, text: string, origin: Origin, accuracy: number, changes: Partial<PromptResult> = {}): PromptResult {
  const split = { reward: 12, gap: 0.2, accuracy: 0.75 };
  return {
    rank,
    prompt: text,
    tokens: [7, 42],
    pieces: [],
    origin,
    roundTrip: true,
    gap: 0.1234,
    estimate: { accuracy: 0.6875, interval: [0.4441, 0.8584], n: 16 },
    train: split,
    validation: { ...split, accuracy: 0.625 },
    test: { accuracy, interval: [0.4902, 0.9433], n: 10, macroF1: 0.7891, gap: 0.1, confusion: [], examples: [] },
    perplexity: 812.4,
    ...changes,
  };
}

function untested(result: PromptResult): PromptResult {
  const { test: _, ...rest } = result;
  return rest;
}

function run(prompts: readonly PromptResult[], changes: Partial<RunResult> = {}): RunResult {
  return {
    format: 1,
    status: 'finished',
    spec: 'sentiment.prompt-task.json',
    taskModel: 'bundled:causal',
    policyModel: 'bundled:causal',
    template: '{input} {prompt}',
    classes: [],
    seed: 0,
    steps: 400,
    stopped: 'budget',
    seconds: 61.4,
    peakMemory: 512,
    queries: { asked: 225_280, computed: 98_112 },
    queryBudget: 200_000,
    randomQueries: { asked: 99_000, computed: 98_000 },
    testQueries: 1240,
    learning: { first: 29.24, last: 36.06 },
    majorityBaseline: 0.5,
    pairedTest: { onlyFirst: 9, onlySecond: 1, p: 0.021484375 },
    notes: [],
    prompts,
    ...changes,
  };
}

const WINNER = prompt(1, ' Absolutely', 'policy', 0.8);
const RANDOM = prompt(2, ' lake of', 'random', 0.7, { roundTrip: false });
const NONE = prompt(3, '', 'none', 0.65, { tokens: [], perplexity: null });

const HOSTILE = 'a|b `c` *d* _e_ <f> [g] \\h &lt; "i"\nj\rk\tl\u001b[31m';

describe('csvTable', () => {
  it('is RFC 4180: quotes doubled, fields with commas, quotes or line breaks quoted, lines end in CRLF', () => {
    const table = csvTable([prompt(1, 'say "yes", or\nno', 'manual', 0.8)]);
    expect(table).toBe(
      'rank,prompt,tokens,origin,gap,margin,estimate,estimate_low,estimate_high,estimate_rows,test_accuracy,test_low,test_high,test_rows,test_macro_f1,perplexity,round_trip,verdict\r\n' +
        '1,"say ""yes"", or\nno",7 42,manual,0.1234,,0.6875,0.4441,0.8584,16,0.8,0.4902,0.9433,10,0.7891,812.4,true,\r\n',
    );
  });

  it('brings any prompt back as it was', () => {
    const texts = [' leading', 'trailing ', HOSTILE, 'größer 最高', '', 'a\r\nb', ',', '"'];
    const table = csvTable(texts.map((text, i) => prompt(i + 1, text, 'policy', 0.5)));
    const rows: Record<string, string>[] = parse(table, { columns: true });
    expect(rows.map((row) => row.prompt)).toEqual(texts);
    expect(rows.map((row) => row.rank)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  it('leaves empty what a prompt does not have', () => {
    const [, line] = csvTable([untested(NONE)]).split('\r\n');
    expect(line).toBe('3,,,none,0.1234,,0.6875,0.4441,0.8584,16,,,,,,,true,');
  });
});

/** Cells of a Markdown table's row: between the bars that no backslash escapes. */
function cellsOf(line: string): string[] {
  return line
    .split(/(?<!\\)(?:\\\\)*\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

describe('markdownTable', () => {
  it('one line for the header, the rule and each prompt', () => {
    const lines = markdownTable([WINNER, NONE]).split('\n');
    expect(lines).toEqual([
      '| rank | prompt | origin | gap | estimate | 95% interval | held out | 95% interval | macro-F1 | perplexity | round trip |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      '| 1 |  Absolutely | policy | 0.123 | 68.8 | 44.4–85.8 | 80.0 | 49.0–94.3 | 0.789 | 812 | ✓ |',
      '| 3 | (no prompt) | none | 0.123 | 68.8 | 44.4–85.8 | 65.0 | 49.0–94.3 | 0.789 |  | ✓ |',
    ]);
  });

  it('has what orders the prompts: their margins, where those were measured', () => {
    const [header, , first, second] = markdownTable([prompt(1, ' a', 'policy', 0.8, { choice: 0.5 }), NONE])
      .split('\n')
      .map(cellsOf);
    expect([header![3], first![3], second![3]]).toEqual(['margin', '0.500', '']);
  });

  it('escapes what Markdown would read as its own', () => {
    const table = markdownTable([prompt(1, HOSTILE, 'manual', 0.8)]);
    const lines = table.split(/[\n\r\u2028\u2029]/);
    expect(lines.length).toBe(3);
    expect(cellsOf(lines[2]!).length).toBe(11);
    // Every mark has its backslash; line breaks and control characters are shown as escapes, whose backslash is escaped too.
    expect(lines[2]).toContain(
      '| a\\|b \\`c\\` \\*d\\* \\_e\\_ \\<f\\> \\[g\\] \\\\h \\&lt; "i"\\\\nj\\\\rk\\\\tl\\\\u001b\\[31m | manual |',
    );
  });

  it('says so where there are no held-out scores', () => {
    const line = markdownTable([untested(WINNER)]).split('\n')[2]!;
    expect(cellsOf(line).slice(6, 9)).toEqual(['not scored', '', '']);
  });
});

describe('textTable', () => {
  /** Columns of a terminal, for the characters used here. */
  const columns = (text: string): number =>
    Array.from(text).reduce((sum, c) => sum + (c === '\u0301' ? 0 : /[\u4e00-\u9fff\u3041-\u30ff\uac00-\ud7a3🎉]/u.test(c) ? 2 : 1), 0);

  /** Column at which the text after the first two columns starts. */
  const originAt = (line: string, origin: string): number => columns(line.slice(0, line.lastIndexOf(` ${origin} `) + 1));

  it('aligns in columns: text to the left, numbers to the right', () => {
    expect(textTable([WINNER, RANDOM, NONE])).toBe(
      [
        'rank  prompt       origin    gap  estimate  95% interval  held out  95% interval  macro-F1  perplexity  round trip',
        '────  ───────────  ──────  ─────  ────────  ────────────  ────────  ────────────  ────────  ──────────  ──────────',
        '   1   Absolutely  policy  0.123      68.8     44.4–85.8      80.0     49.0–94.3     0.789         812  ✓',
        '   2   lake of     random  0.123      68.8     44.4–85.8      70.0     49.0–94.3     0.789         812  ✗',
        '   3  (no prompt)  none    0.123      68.8     44.4–85.8      65.0     49.0–94.3     0.789              ✓',
      ].join('\n'),
    );
  });

  it('tells long prompts with the same beginning apart', () => {
    const rules = (last: string): string => `Name the topic of the message. ${'Think twice before you answer. '.repeat(3)}${last}`;
    const texts = [rules('Refunds are billing.'), rules('Parcels are shipping.'), rules('')];
    const table = textTable(texts.map((text, i) => prompt(i + 1, text, 'reflect', 0.5)));
    const [, , first, second, third] = table.split('\n');
    expect(first).toContain(' Name the topic of the message. Think');
    expect(second).toMatch(/ … .*Parcels are shipping\./);
    expect(third).not.toContain('Name the topic');
  });

  it('stays aligned with accents, characters beyond the basic plane, wide and combining ones', () => {
    const texts = ['plain', 'größer Übermaß', '𝒳𝒴 𝒵', '最高の映画', '영화', 'cafe\u0301 noir', '🎉 party'];
    const lines = textTable(texts.map((text, i) => prompt(i + 1, text, 'policy', 0.5))).split('\n');
    const places = lines.slice(2).map((line) => originAt(line, 'policy'));
    expect(new Set(places).size).toBe(1);
    expect(originAt(lines[0]!, 'origin')).toBe(places[0]);
    expect(columns(lines[1]!.split('  ')[1]!)).toBe(columns('größer Übermaß'));
  });

  it('keeps a prompt with line breaks or control characters on its line', () => {
    const table = textTable([prompt(1, HOSTILE, 'manual', 0.8), NONE]);
    const lines = table.split(/[\n\r]/);
    expect(lines.length).toBe(4);
    expect(lines[2]).toContain('"i"\\nj\\rk\\tl\\u001b[31m  manual');
    expect(originAt(lines[2]!, 'manual')).toBe(originAt(lines[3]!, 'none'));
  });

  it('says what prompts of a search by reflection are made of', () => {
    const rows = (['instruction', 'both', 'examples'] as const).map((form) => ({ ...WINNER, origin: 'reflect' as const, form }));
    const origins = textTable(rows)
      .split('\n')
      .slice(2)
      .map((line) => /reflect.*?(?= {2})/.exec(line)![0]);
    expect(origins).toEqual(['reflect', 'reflect, with examples', 'reflect, examples only']);
  });

  it('writes perplexities as whole numbers', () => {
    expect(textTable([{ ...WINNER, perplexity: 1_234_567.4 }]).split('\n')[2]).toContain(' 1234567 ');
  });
});

it('percent', () => {
  expect([0, 0.5, 0.8049, 1].map(tenths)).toEqual(['0.0', '50.0', '80.5', '100.0']);
});

describe('the verdict in reports', () => {
  const found = run([WINNER, RANDOM, NONE]);
  const verdict = verdictOf({ ...found, taskModel: 'a_model' })!;

  it('is above the table in Markdown, with its marks escaped', () => {
    const head = { name: 'a_b', taskModel: 'a_model', template: '{input}\n{prompt}', verdict: { ...verdict, text: 'A *star*.' } };
    const classes = [{ label: 'bad', word: '<no>', train: 1, validation: 1, test: 1 }];
    const text = markdownReport({ ...head, summary: { ...found, classes } }, found.prompts);
    expect(text.split('\n\n')).toEqual([
      '# a\\_b',
      `**${verdict.title}.** A \\*star\\*.`,
      '- Task model: a\\_model\n- Template: {input}\\\\n{prompt}\n- Label words: bad “\\<no\\>”',
      `${markdownTable(found.prompts)}\n`,
    ]);
  });

  it('has a column for each other model in Markdown', () => {
    const transfer = { 'folder:x': { accuracy: 0.61, interval: [0.5, 0.7] as const, n: 10 } };
    const lines = markdownTable([{ ...WINNER, transfer }, NONE]).split('\n');
    expect(cellsOf(lines[0]!).at(-1)).toBe('on folder:x');
    expect(cellsOf(lines[2]!).at(-1)).toBe('61.0 (50.0–70.0)');
    expect(cellsOf(lines[3]!)).toHaveLength(12);
    expect(cellsOf(lines[3]!).at(-1)).toBe('');
  });

  it('is in the row of the winner in CSV', () => {
    const evaluated = { ...WINNER, origin: 'evaluated' as const };
    const rows: Record<string, string>[] = parse(csvTable([evaluated, ...found.prompts], verdict), { columns: true });
    expect(rows.map((row) => row.verdict)).toEqual(['', verdict.kind, '', '']);
  });
});

describe('summary', () => {
  const lines = (result: RunResult): string[] => summary(result, verdictOf(result)).split('\n');

  it('says what was done, what it cost and, last, what the verdict is', () => {
    const found = run([WINNER, RANDOM, NONE]);
    const { kind, title, text } = verdictOf(found)!;
    expect(kind).toBe('tooFew');
    expect(lines(found).slice(0, 5)).toEqual([
      '400 steps in 61 s (budget spent). Mean reward, first tenth to last tenth: 29.2 to 36.1. Peak memory: 512 MiB.',
      "The winner's estimate: 68.8% (95% interval 44.4–85.8) on the 16 rows that steer the search. Only held-out accuracy was not searched for.",
      'Queries: 98,112 of 200,000 (225,280 with repeats); random search 98,000; held-out rows 1,240.',
      "With equal budgets, held out: RLPrompt's best 80.0%, random search's best 70.0%.",
      `${title}. ${text}`,
    ]);
    // What to try next, by the fields of the spec.
    expect(lines(found)[5]).toMatch(/"taskModel".*"labels"/);
  });

  it('has nothing to try next after a better prompt', () => {
    const test = { ...WINNER.test!, n: 100 };
    const found = run([{ ...WINNER, test }, NONE], { pairedTest: { onlyFirst: 20, onlySecond: 5, p: 0.004 } });
    expect(lines(found).at(-1)).toContain(verdictOf(found)!.text);
    expect(verdictOf(found)!.kind).toBe('better');
  });

  it('has estimates in place of rewards where a search by reflection came first', () => {
    const { queries } = run([WINNER]);
    const searches = [{ origin: 'reflect' as const, queries, stopped: 'idle' as const }];
    expect(lines(run([WINNER, NONE], { searches, learning: { first: 0.4321, last: 0.9 } }))[0]).toContain(
      'Best estimate, first tenth to last tenth: 43.2% to 90.0%.',
    );
  });

  it('compares every search of the run', () => {
    const reflected = { ...WINNER, origin: 'reflect' as const, prompt: 'Name the tone.', test: { ...WINNER.test!, accuracy: 0.9 } };
    expect(lines(run([reflected, WINNER, RANDOM, NONE])).join()).toContain(
      "held out: RLPrompt's best 80.0%, reflection's best 90.0%, random search's best 70.0%.",
    );
  });

  it('says what task model and proposer took, and what they cost together', () => {
    const took = { tokens: 1_200_000, counted: false, cost: '$0.18' };
    const use = { model: 'large', calls: 3, tokens: 900, counted: true, lost: 0, cost: '$0.01' };
    const { queries } = run([WINNER]);
    const searches = [{ origin: 'reflect' as const, queries, stopped: 'budget' as const, proposer: use }];
    const all = lines(run([WINNER, NONE], { taskModelUse: took, searches, cost: '$0.19' }));
    for (const text of [word('run.took', took), word('run.proposed', use), 'together: $0.19']) expect(all.join('\n')).toContain(text);
    expect(lines(run([WINNER, NONE], { taskModelUse: took, cost: '$0.18' })).join()).not.toContain('together');
  });

  it('without random search, or without a prompt of its own in the table, makes no comparison', () => {
    expect(lines(run([WINNER, NONE], { randomQueries: null })).join()).not.toMatch(/random search|equal budgets/);
    expect(lines(run([RANDOM, NONE])).join()).not.toContain('equal budgets');
  });

  it('without test rows has no verdict', () => {
    expect(lines(run([untested(WINNER), untested(NONE)]))).toHaveLength(3);
  });

  it.each([
    ['steps', 'all steps done'],
    ['budget', 'budget spent'],
    ['converged', 'converged: every prompt in a step is the same'],
    ['patience', 'no better greedy prompt within its patience'],
    ['time', 'time limit reached'],
  ] as const)('ended by %s', (stopped, words) => {
    expect(lines(run([WINNER, NONE], { stopped })).join()).toContain(`(${words})`);
  });
});

describe('several seeds', () => {
  const seeds = [0.8, 0.7, 0.9].map((accuracy, seed) =>
    run(
      [
        { ...WINNER, test: { ...WINNER.test!, accuracy } },
        { ...NONE, test: { ...NONE.test!, accuracy: 0.6 } },
      ],
      { seed },
    ),
  );

  it('mean and sample standard deviation of the winners and of the empty prompt', () => {
    const all = summarizeSeeds(seeds)!;
    expect(all.winner.mean).toBeCloseTo(0.8, 12);
    expect(all.winner.deviation).toBeCloseTo(0.1, 12);
    expect(all.none.mean).toBeCloseTo(0.6, 12);
    expect(all.none.deviation).toBeCloseTo(0, 12);
  });

  it('in words', () => {
    expect(seedsSummary(summarizeSeeds(seeds)!).split('\n')).toEqual([
      '3 seeds:',
      '  seed 0: " Absolutely" 80.0%',
      '  seed 1: " Absolutely" 70.0%',
      '  seed 2: " Absolutely" 90.0%',
      'Test accuracy of the winner: mean 80.0%, standard deviation 10.0; no prompt 60.0%.',
    ]);
  });

  it('one seed has no spread to report', () => {
    expect(summarizeSeeds([seeds[0]!])).toBeUndefined();
  });
});
