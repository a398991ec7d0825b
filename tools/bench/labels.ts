import { parseArgs } from 'node:util';
import { loadDataset } from '../../src/data/dataset';
import { openExperiment } from '../../src/run/open/experiment';
import { settleLabels } from '../../src/run/open/labelWords';
import { mean } from '../../src/run/report/statistics';
import { parseSpec, type Spec } from '../../src/spec/spec';
import { bootstrap } from './bootstrap';
import { filesOf, type TaskName } from './tasks';

/**
 * node dist/labels.js --data DIR [--tasks sst-2,agnews,yelp-2,sst-5] [--splits 13,21,42,87,100] [--models bundled:causal,bundled:masked]
 *                     [--lower-case]
 *
 * Held-out accuracy without a prompt: the words that `"labels": "auto"` finds on a split's rows against the labels' own words.
 * DIR is the k-shot folder published with RLPrompt. Prints Markdown.
 */

/** The labels as a user would name them; of SST-5 the paper's words, since "very negative" and "very positive" begin alike. */
const OWN: Readonly<Record<TaskName, readonly string[]>> = {
  'sst-2': ['negative', 'positive'],
  agnews: ['World', 'Sports', 'Business', 'Tech'],
  'yelp-2': ['negative', 'positive'],
  'sst-5': ['terrible', 'bad', 'okay', 'good', 'great'],
};

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    tasks: { type: 'string', default: 'sst-2,agnews,yelp-2,sst-5' },
    splits: { type: 'string', default: '13,21,42,87,100' },
    models: { type: 'string', default: 'bundled:causal,bundled:masked' },
    'test-rows': { type: 'string', default: '2000' },
    threads: { type: 'string', default: '1' },
    /** The own words in lower case. */
    'lower-case': { type: 'boolean', default: false },
  },
});

const threads = Number(values.threads);
/** Test accuracies by model, file and words: splits of a task share their test rows, and often their words. */
const known = new Map<string, number>();

async function main(): Promise<void> {
  const splits = values.splits.split(',');
  console.log(`Test rows: at most ${values['test-rows']}; splits ${splits.join(', ')}; without a prompt.\n`);
  console.log("| model | task | the labels' own words | `auto` | difference in points (95% interval) | words that `auto` chose |");
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const model of values.models.split(',')) {
    const all: { split: string; value: number }[][] = [];
    for (const task of values.tasks.split(',') as TaskName[]) {
      const rows: { split: string; own: number; auto: number; words: string }[] = [];
      for (const split of splits) {
        const spec = specOf(model, task, split);
        const { spec: settled, labelWords } = await settleLabels({ ...spec, autoLabels: true }, threads, QUIET);
        const words = labelWords!.chosen.words.join('/');
        rows.push({ split, own: await testAccuracy(spec), auto: await testAccuracy(settled), words });
        console.error(`${model} ${task} ${split}: own ${rows.at(-1)!.own.toFixed(1)}, ${words} ${rows.at(-1)!.auto.toFixed(1)}`);
      }
      const differences = rows.map(({ split, own, auto }) => ({ split, value: auto - own }));
      all.push(differences);
      const cells = [model, task, mean(rows.map(({ own }) => own)).toFixed(1), mean(rows.map(({ auto }) => auto)).toFixed(1)];
      console.log(`| ${[...cells, interval([differences]), [...new Set(rows.map((row) => row.words))].join(', ')].join(' | ')} |`);
    }
    console.log(`| ${model} | mean of the tasks | | | ${interval(all)} | |`);
  }
}

const QUIET = {
  signal: new AbortController().signal,
  notes: () => undefined,
  status: () => undefined,
  consent: () => Promise.resolve(true),
  allowScript: () => Promise.resolve(false),
};

function specOf(taskModel: string, task: TaskName, split: string): Spec {
  const spec = {
    data: { ...filesOf(values.data!, task, split, 'test'), testRows: Number(values['test-rows']) },
    labels: Object.fromEntries(OWN[task].map((word, c) => [String(c), values['lower-case'] ? word.toLowerCase() : word])),
    taskModel,
    prompt: { length: 2 },
  };
  return parseSpec(JSON.stringify(spec), 'bench.prompt-task.json');
}

async function testAccuracy(spec: Spec): Promise<number> {
  const { test } = (await loadDataset(spec)).splits;
  const key = JSON.stringify([spec.taskModel, spec.labels, test.texts]);
  if (known.has(key)) return known.get(key)!;
  const experiment = await openExperiment(spec, { threads });
  try {
    const [score] = await experiment.scorer('test').score([[]]);
    known.set(key, 100 * score!.accuracy);
    return known.get(key)!;
  } finally {
    await experiment.release();
  }
}

function interval(tasks: readonly { split: string; value: number }[][]): string {
  const found = bootstrap(tasks)!;
  return `${signed(found.mean)} (${signed(found.low)} to ${signed(found.high)})`;
}

function signed(points: number): string {
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)}`;
}

if (values.data === undefined) {
  console.error('--data DIR is missing: the k-shot folder published with RLPrompt.');
  process.exitCode = 2;
} else void main();
