import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openExperiment, searchContext } from '../../../src/run/open/experiment';
import { memorySearch } from '../../../src/search/memorySearch';
import { policySearch } from '../../../src/search/policySearch';
import type { SearchKind } from '../../../src/search/search';
import { parseSpec } from '../../../src/spec/spec';

/**
 * Seeded searches on the smallest test model, step by step, against traces in this folder: a change in a search shows here. Where it
 * is wanted, `RENEW_TRACES=1 npx vitest run --project unit test/unit/search/goldenTrace.test.ts` writes them anew; the commit says why.
 */
const RENEW = process.env.RENEW_TRACES === '1';
/** What rounding may change from one processor to another, as a part of a number. */
const TOLERANCE = 1e-4;

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-golden-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  const subjects = ['film', 'story', 'cast', 'music', 'ending', 'dialogue'];
  const words = { bad: ['dull', 'clumsy', 'tired', 'awful'], good: ['warm', 'witty', 'clever', 'moving'] };
  const rows = (['bad', 'good'] as const).flatMap((label) =>
    subjects.flatMap((subject) => words[label].map((word) => `The ${subject} is ${word}.,${label}`)),
  );
  const file = (part: number): string => ['text,label', ...rows.filter((_, i) => i % 3 === part)].join('\n');
  ['train', 'validation', 'test'].forEach((name, part) => writeFileSync(join(folder, `${name}.csv`), file(part)));
});

async function trace(kind: SearchKind, search: object): Promise<unknown[]> {
  const model = `folder:${resolve('test/models/gpt2')}`;
  const spec = parseSpec(
    JSON.stringify({
      data: { train: 'train.csv', validation: 'validation.csv', test: 'test.csv' },
      labels: { bad: 'terrible', good: 'great' },
      template: '{input} {prompt}',
      taskModel: model,
      policyModel: model,
      prompt: { length: 3, tokens: 'all' },
      search,
    }),
    join(folder, 'golden.prompt-task.json'),
  );
  const experiment = await openExperiment(spec, { threads: 1 });
  const context = searchContext(experiment, 5, experiment.searchBudget);
  const run = await kind.open(context);
  const lines: unknown[] = [];
  while (!run.ended) {
    const report = await run.advance();
    if ('milliseconds' in report) {
      const { milliseconds: _, ...step } = report;
      lines.push(step);
    } else lines.push(report);
    lines.push(learned(run.save()));
  }
  for (const { prompt, gap, choice } of await run.finalists()) lines.push({ finalist: prompt, gap, choice });
  await run.release();
  await experiment.release();
  return lines;
}

interface Saved {
  readonly prompts?: readonly { readonly ids: readonly number[] }[];
  readonly train: { readonly cache: ReadonlyMap<string, unknown> };
  readonly arms?: object;
  readonly rows?: { readonly noise: number; readonly spread: Float64Array };
  readonly reward?: { readonly outputs: readonly { readonly strengths: Float64Array }[] };
}

/** The latest prompts as ids, and of a search with a memory what has been learned of proposers, rows and tokens. */
function learned(state: unknown): object {
  const { prompts, train, arms, rows, reward } = state as Saved;
  return {
    proposed: (prompts?.map(({ ids }) => ids.join()) ?? [...train.cache.keys()]).slice(-16),
    ...(arms && { arms: structuredClone(arms) }),
    ...(rows && { noise: rows.noise, spread: [...rows.spread] }),
    ...(reward && { strengths: reward.outputs.map(({ strengths }) => [...strengths]) }),
  };
}

/** The same but for rounding: text, whole numbers and order exactly. */
function compare(found: unknown, expected: unknown, path: string): void {
  if (typeof expected === 'number' && typeof found === 'number' && !Number.isInteger(expected))
    expect(Math.abs(found - expected), `${path}: ${found}, ${expected} in the trace`).toBeLessThanOrEqual(
      TOLERANCE * Math.max(1, Math.abs(expected)),
    );
  else if (typeof expected === 'object' && expected !== null && typeof found === 'object' && found !== null) {
    expect(Object.keys(found), path).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) compare((found as Record<string, unknown>)[key], value, `${path}.${key}`);
  } else expect(found, path).toBe(expected);
}

it.each([
  { name: 'default', kind: memorySearch, search: { queryBudget: 3000 } },
  { name: 'paper', kind: policySearch, search: { preset: 'paper', queryBudget: 2500, validateEvery: 2, learningRate: 0.001 } },
])('$name gives its trace', { timeout: 120_000 }, async ({ name, kind, search }) => {
  const file = `test/unit/search/golden.${name}.jsonl`;
  const lines = (await trace(kind, search)).map((line) => JSON.stringify(line));
  if (RENEW) writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  const expected = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.length, 'lines').toBe(expected.length);
  lines.forEach((line, i) => compare(JSON.parse(line), JSON.parse(expected[i]!), `${file}:${i + 1}`));
});
