import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { PolicyStepEvent, RunEvent } from '../../src/run/events';
import type { RunFrontEnd } from '../../src/run/frontEnd';
import { optimizeJob } from '../../src/run/jobs';
import type { PromptResult, RunResult } from '../../src/run/result';
import { mean, standardDeviation } from '../../src/run/report/statistics';
import { parseSpec } from '../../src/spec/spec';
import { measureEditor } from './editor';

/**
 * npm run bench -- --data DIR [--datasets sst-2,agnews] [--splits 13,21,42,87,100] [--budgets 12000,48000]
 *                  [--task-model bundled:causal] [--length 2] [--test-rows 2000] [--threads N]
 *
 * npm run bench -- --editor
 *
 * The first measures accuracy, speed, and the editor while a run trains; the second the editor alone.
 * DIR holds DATASET/16-SEED/{train,dev}.tsv and DATASET/test.tsv, as published with RLPrompt. Prints Markdown.
 */
const DATASETS = {
  'sst-2': {
    labels: { '0': 'terrible', '1': 'great' },
    manual: ['It was', 'All in all, it was', 'Absolutely', 'This movie is', 'In short,', 'Overall'],
  },
  agnews: {
    labels: { '0': 'world', '1': 'sports', '2': 'business', '3': 'technology' },
    manual: ['Topic:', 'Category:', 'This is about'],
  },
} as const;
type Name = keyof typeof DATASETS;

interface Measured {
  readonly split: string;
  readonly budget: number;
  readonly result: RunResult;
  readonly steps: readonly PolicyStepEvent[];
}

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    datasets: { type: 'string', default: 'sst-2,agnews' },
    splits: { type: 'string', default: '13,21,42,87,100' },
    budgets: { type: 'string', default: '12000,48000' },
    'task-model': { type: 'string', default: 'bundled:causal' },
    length: { type: 'string', default: '2' },
    'test-rows': { type: 'string', default: '2000' },
    threads: { type: 'string', default: String(availableParallelism()) },
    /** JSON that is put over the spec's `search`, to compare settings. */
    search: { type: 'string', default: '{}' },
    /** The extension host's event-loop delay while a run trains; needs no data. */
    editor: { type: 'boolean', default: false },
    /** Leaves random search out, to compare settings in half the time. */
    'policy-only': { type: 'boolean', default: false },
  },
});

void main();

async function main(): Promise<void> {
  if (values.editor) {
    process.exitCode = measureEditor();
    return;
  }
  if (values.data === undefined || !existsSync(values.data)) {
    measureEditor();
    console.error(
      `SKIPPED: accuracy and speed need --data DIR, the k-shot folder published with RLPrompt (found: ${values.data ?? 'nothing'}). They were not measured.`,
    );
    process.exitCode = 2;
    return;
  }
  console.log(
    `Task model ${values['task-model']}, prompts of ${values.length} tokens, ${values.threads} threads on ${cpus()[0]!.model.trim()}, Node ${process.version}.\n`,
  );
  const everything: Measured[] = [];
  for (const name of values.datasets.split(',') as Name[]) {
    const runs: Measured[] = [];
    for (const budget of values.budgets.split(',').map(Number)) {
      for (const split of values.splits.split(',')) {
        runs.push(await measure(name, split, budget));
        console.error(`${name} ${split} at ${budget}: ${describe(runs.at(-1)!.result)}`);
      }
    }
    printAccuracies(name, runs);
    printCurves(runs);
    everything.push(...runs);
  }
  printSpeed(everything);
  if (!values['policy-only']) process.exitCode = measureEditor();
}

async function measure(name: Name, split: string, budget: number): Promise<Measured> {
  const folder = resolve(values.data!, name);
  const spec = parseSpec(
    JSON.stringify({
      data: {
        train: join(folder, `16-${split}`, 'train.tsv'),
        validation: join(folder, `16-${split}`, 'dev.tsv'),
        test: join(folder, 'test.tsv'),
        testRows: Number(values['test-rows']),
      },
      labels: DATASETS[name].labels,
      template: '{input} {prompt} {mask} .',
      taskModel: values['task-model'],
      prompt: { length: Number(values.length) },
      compare: DATASETS[name].manual,
      search: { queryBudget: budget, ...(JSON.parse(values.search) as object) },
    }),
    'bench.prompt-task.json',
  );
  const folderOfRun = mkdtempSync(join(tmpdir(), 'rlprompt-bench-'));
  const events: RunEvent[] = [];
  const results: RunResult[] = [];
  const frontEnd: RunFrontEnd = {
    signal: new AbortController().signal,
    notes: () => undefined,
    status: () => undefined,
    consent: () => Promise.resolve(true),
    opened: () => undefined,
    events: (more) => void events.push(...more),
  };
  try {
    const request = { spec, runs: [{ seed: 0, folder: folderOfRun }], random: !values['policy-only'], threads: Number(values.threads) };
    await optimizeJob(request, frontEnd, (result) => results.push(result));
    return { split, budget, result: results[0]!, steps: events.filter((event) => event.event === 'step') };
  } finally {
    rmSync(folderOfRun, { recursive: true, force: true });
  }
}

const best = (result: RunResult, origin: PromptResult['origin']): PromptResult | undefined =>
  result.prompts.find((p) => p.origin === origin);
const accuracy = (p: PromptResult | undefined): number => (p ? 100 * p.test!.accuracy : Number.NaN);

/** Test accuracies of one run: the policy's best by the ranking, random search's, the mean and best manual prompt, none. */
function scores(result: RunResult): Record<'policy' | 'random' | 'manual' | 'bestManual' | 'none', number> {
  const manual = result.prompts.filter((p) => p.origin === 'manual' || p.origin === 'none').map(accuracy);
  return {
    policy: accuracy(best(result, 'policy')),
    random: accuracy(best(result, 'random')),
    manual: mean(manual),
    bestManual: Math.max(...manual),
    none: accuracy(best(result, 'none')),
  };
}

function describe(result: RunResult): string {
  const each = Object.entries(scores(result)).map(([who, value]) => `${who} ${value.toFixed(1)}`);
  const gaps = (['policy', 'random'] as const).map((origin) => `${origin}'s gap ${best(result, origin)?.gap.toFixed(3)}`);
  return [...each, ...gaps, `reward ${result.learning.first.toFixed(1)} → ${result.learning.last.toFixed(1)}`].join(', ');
}

function printAccuracies(name: Name, runs: readonly Measured[]): void {
  const n = runs[0]!.result.prompts[0]!.test!.n;
  console.log(
    `### ${name}: test accuracy (%, ${n} rows), mean ± standard deviation over ${new Set(runs.map((r) => r.split)).size} splits\n`,
  );
  console.log('| query budget | RLPrompt | random search | manual prompts, mean | best manual (chosen on test) | no prompt |');
  console.log('|---|---|---|---|---|---|');
  for (const budget of new Set(runs.map((run) => run.budget))) {
    const all = runs.filter((run) => run.budget === budget).map((run) => scores(run.result));
    const cell = (who: keyof (typeof all)[number]): string => {
      const each = all.map((s) => s[who]);
      return `${mean(each).toFixed(1)} ± ${standardDeviation(each).toFixed(1)}`;
    };
    console.log(
      `| ${budget.toLocaleString('en-US')} | ${cell('policy')} | ${cell('random')} | ${cell('manual')} | ${cell('bestManual')} | ${cell('none')} |`,
    );
  }
  console.log('');
}

function printCurves(runs: readonly Measured[]): void {
  console.log(
    '| split | budget | steps | reward, first tenth → last | queries asked / computed | RLPrompt | its prompt | random search | its prompt |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const { split, budget, result } of runs) {
    const [policy, random] = [best(result, 'policy'), best(result, 'random')];
    const { first, last } = result.learning;
    console.log(
      `| ${split} | ${budget} | ${result.steps} | ${first.toFixed(1)} → ${last.toFixed(1)} | ${result.queries.asked} / ${result.queries.computed} | ${accuracy(policy).toFixed(1)} | \`${policy?.prompt}\` | ${accuracy(random).toFixed(1)} | \`${random?.prompt ?? ''}\` |`,
    );
  }
  console.log('');
}

function printSpeed(runs: readonly Measured[]): void {
  // The first step of a run also reads the texts; it is left out.
  const steps = runs.flatMap((run) => run.steps.slice(1));
  const part = (name: keyof PolicyStepEvent['milliseconds']): number => mean(steps.map((step) => step.milliseconds[name]));
  const parts = (['states', 'policy', 'reward', 'update'] as const).map((name) => ({ name, ms: part(name) }));
  const total = parts.reduce((sum, { ms }) => sum + ms, 0);
  console.log('### Milliseconds a step, mean over every step but the first of each run\n');
  console.log(`| ${parts.map(({ name }) => name).join(' | ')} | whole step |\n|---|---|---|---|---|`);
  console.log(`| ${parts.map(({ ms }) => ms.toFixed(1)).join(' | ')} | ${total.toFixed(1)} |\n`);
  const computed = runs.reduce((sum, run) => sum + run.steps.at(-1)!.queries.computed - run.steps[0]!.queries.computed, 0);
  const seconds = steps.reduce((sum, step) => sum + step.milliseconds.reward, 0) / 1000;
  console.log(`Queries a second while scoring rewards: ${Math.round(computed / seconds).toLocaleString('en-US')}.`);
  console.log(`Peak memory of the whole benchmark: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB.`);
  console.log(`Version ${(JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string }).version}.`);
}
