import { basename } from 'node:path';
import type { PromptIds } from '../../../src/model/taskModel';
import { openExperiment, searchContext, type Experiment } from '../../../src/run/open/experiment';
import { mean } from '../../../src/run/report/statistics';
import { memorySearch, randomWithMemory } from '../../../src/search/memorySearch';
import { scoreAll } from '../../../src/search/selection';
import { readSpec } from '../../../src/spec/spec';
import { distinct2, keyOfTexts, TEXT_METHODS, TextResultFile, type TextCell, type TextMethod, type TextResult } from './results';

export interface TextsSelection {
  readonly specs: readonly string[];
  readonly budgets: readonly number[];
  readonly seeds: readonly number[];
  readonly methods: readonly string[] | undefined;
  /** Of the specs' `search` and `generation`, in their place. */
  readonly settings: object;
  readonly generation: object;
  readonly threads: number;
}

/** Budgets of the report, in texts. */
export const BUDGETS = [1000, 3000, 6000];

/**
 * Runs the searches on generation tasks at equal budgets of texts and scores their winners on the test rows, which choose nothing. `compare` is the best
 * of the spec's own prompts by the pool. Resumes: what the file holds is skipped.
 */
export async function measureTexts(selection: TextsSelection, out: string): Promise<void> {
  const { specs, budgets, seeds, methods, threads } = selection;
  const file = new TextResultFile(out);
  for (const path of specs) {
    const task = basename(path).replace('.prompt-task.json', '');
    const cells = seeds.flatMap((seed) =>
      budgets.flatMap((budget) =>
        TEXT_METHODS.map((method): TextCell => (isGiven(method) ? { task, method, seed: 0, budget: 0 } : { task, method, seed, budget })),
      ),
    );
    let experiment: Experiment | undefined;
    for (const cell of cells) {
      // Read anew: another process may have done it.
      if (methods?.includes(cell.method) === false || file.read().has(keyOfTexts(cell))) continue;
      if (!experiment) {
        const spec = await readSpec(path);
        Object.assign(spec.search, selection.settings);
        Object.assign(spec.generation!, selection.generation);
        experiment = await openExperiment(spec, { threads });
      }
      const began = performance.now();
      const { ids, generations } = isGiven(cell.method) ? await given(experiment, cell.method) : await search(experiment, cell);
      const held = await heldOut(experiment, ids);
      const { prompt } = experiment.prompt(ids);
      const result: TextResult = { ...cell, prompt, generations, ...held, seconds: Math.round((performance.now() - began) / 1000) };
      file.append(result);
      console.log(JSON.stringify({ ...result, rows: undefined, score: +mean(result.rows).toFixed(4) }));
    }
    await experiment?.release();
  }
}

function isGiven(method: TextMethod): boolean {
  return method === 'none' || method === 'compare';
}

interface Winner {
  readonly ids: PromptIds;
  readonly generations: number;
}

async function search(experiment: Experiment, { method, seed, budget }: TextCell): Promise<Winner> {
  const { samples } = experiment.texts!;
  const kind = method === 'default' ? memorySearch : randomWithMemory;
  const one = await kind.open(searchContext(experiment, seed, Math.floor(budget / samples)));
  while (!one.ended) await one.advance();
  const finalists = await one.finalists();
  const { computed } = one.queries;
  await one.release();
  // What the search found, not a prompt that was there before.
  const winner = finalists.find(({ origin }) => origin === undefined);
  if (!winner) throw new Error(`${method} at ${budget} texts: no prompt of its own among ${finalists.length}`);
  return { ids: winner.tokens!, generations: computed * samples };
}

async function given(experiment: Experiment, method: TextMethod): Promise<Winner> {
  if (method === 'none') return { ids: [], generations: 0 };
  const prompts = experiment.spec.compare.map((text) => experiment.encodePrompt(text));
  const scorers = [experiment.scorer('train'), experiment.scorer('validation')] as const;
  const [best] = (await scoreAll(prompts, ...scorers, experiment.prompt)).sort((a, b) => b.choice! - a.choice!);
  if (!best) throw new Error('expected prompts in "compare"');
  return { ids: best.tokens!, generations: (scorers[0].computed + scorers[1].computed) * experiment.texts!.samples };
}

async function heldOut(experiment: Experiment, ids: PromptIds): Promise<Pick<TextResult, 'rows' | 'metrics' | 'distinct2'>> {
  const test = experiment.scorer('test');
  const [score] = await test.score([ids]);
  const texts = experiment.texts!;
  const all = (await texts.texts(ids, test.rows.set as Parameters<typeof texts.texts>[1], [...test.rows.labels.keys()])).flat();
  const round = (x: number): number => +x.toFixed(4);
  return {
    rows: score!.scores!.map(round),
    metrics: Object.fromEntries(texts.metrics.map(({ name }, m) => [name, round(mean(all.flatMap(({ parts }) => parts[m]?.score ?? [])))])),
    distinct2: round(distinct2(all.map(({ output = '' }) => output))),
  };
}
