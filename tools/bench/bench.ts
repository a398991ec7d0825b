import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cellsOf, keyOf, TIERS, type Selection } from './cells';
import { compareChoices } from './choice';
import { measureEditor } from './editor';
import { missing, report, reportTexts } from './report';
import { ResultFile } from './results';
import { Runner } from './runner';
import { benchReflect } from './reflect';
import { stability } from './stability';
import { stepCost } from './stepCost';
import { BUDGETS, measureTexts } from './texts/measure';
import { TextResultFile } from './texts/results';
import { generationSpeed } from './texts/speed';
import { TASKS, type TaskName } from './tasks';

/**
 * npm run bench -- --data DIR [--out bench.jsonl] [--report docs/benchmarks.md] and what selects a part of the work:
 * [--required] [--tasks …] [--splits …] [--seeds …] [--methods …] [--budgets …] [--lengths …] [--models …] [--warm-start on|off]
 *
 * Compares searches at equal budgets of queries. Every run adds a line to the results file; what is there already is skipped,
 * so the command resumes, and several processes may share the work. Without `--data` it only reports.
 *
 * --judge pool: the rows of a task's other splits judge in place of its test rows, to compare settings on, which --search takes
 * as the JSON of a spec's `search`, for a results file of their own.
 * --texts SPEC[,SPEC …] [--budgets …] [--seeds …] [--methods …] [--out texts.jsonl]: the same for generation tasks; budgets count texts.
 *   --search and --generation take the JSON of what replaces fields of a spec.
 * --speed: texts a second that the bundled model writes, by the number that grow together.
 * --reflect [--parts]: the search by reflection on a simulated task, against others, or without one of its parts.
 * --choice | --stability | --step-cost | --editor: other measurements, printed as Markdown.
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    report: { type: 'string' },
    required: { type: 'boolean', default: false },
    tasks: { type: 'string', default: Object.keys(TASKS).join() },
    splits: { type: 'string', default: '13,21,42,87,100' },
    seeds: { type: 'string', default: '0,1,2' },
    methods: { type: 'string' },
    budgets: { type: 'string' },
    lengths: { type: 'string' },
    models: { type: 'string' },
    'warm-start': { type: 'string' },
    texts: { type: 'string' },
    speed: { type: 'boolean', default: false },
    judge: { type: 'string', default: 'test' },
    search: { type: 'string', default: '{}' },
    generation: { type: 'string', default: '{}' },
    threads: { type: 'string', default: '1' },
    stability: { type: 'boolean', default: false },
    choice: { type: 'boolean', default: false },
    reflect: { type: 'boolean', default: false },
    parts: { type: 'boolean', default: false },
    'step-cost': { type: 'boolean', default: false },
    editor: { type: 'boolean', default: false },
  },
});

const list = (text: string | undefined): string[] | undefined => text?.split(',');
const selection: Selection = {
  tasks: list(values.tasks) as TaskName[],
  splits: list(values.splits)!,
  seeds: list(values.seeds)!.map(Number),
  methods: list(values.methods),
  budgets: list(values.budgets)?.map(Number),
  lengths: list(values.lengths)?.map(Number),
  models: list(values.models),
  warmStart: values['warm-start'] === undefined ? undefined : values['warm-start'] === 'on',
};
const threads = Number(values.threads);

async function main(): Promise<void> {
  if (values.editor) {
    process.exitCode = measureEditor();
    return;
  }
  if (values.speed) return generationSpeed(threads);
  if (values.reflect) return benchReflect({ parts: values.parts });
  if (values.texts !== undefined) {
    const out = values.out ?? 'texts.jsonl';
    const { budgets = BUDGETS, seeds, methods } = selection;
    const [settings, generation] = [values.search, values.generation].map((text) => JSON.parse(text) as object) as [object, object];
    await measureTexts({ specs: list(values.texts)!, budgets, seeds, methods, settings, generation, threads }, out);
    if (values.report !== undefined) reportTexts(new TextResultFile(out).read().values(), values.report);
    return;
  }
  const out = values.out ?? 'bench.jsonl';
  if (values.data !== undefined && existsSync(values.data)) {
    if (values.stability) return stability(values.data, threads);
    if (values.choice) return compareChoices({ data: values.data, threads });
    if (values['step-cost']) return stepCost(values.data, threads, selection.tasks);
    await measure(values.data, out);
  } else {
    console.error(
      `SKIPPED: nothing was measured. --data DIR must be the k-shot folder published with RLPrompt (found: ${values.data ?? 'nothing'}).`,
    );
    process.exitCode = 2;
  }
  const results = new ResultFile(out).read();
  for (const line of missing(results, selection)) console.error(`Not measured yet: ${line}`);
  if (values.report !== undefined) report(results, selection, values.report);
}

async function measure(data: string, out: string): Promise<void> {
  const file = new ResultFile(out);
  const settings = JSON.parse(values.search) as object;
  const where = { data, judge: values.judge === 'pool' ? ('pool' as const) : ('test' as const), settings, threads };
  let runner: Runner | undefined;
  for (const tier of TIERS.filter((each) => !values.required || each.required))
    for (const cell of cellsOf(tier, selection)) {
      // Read anew: another process may have done it.
      if (file.read().has(keyOf(cell))) continue;
      if (!runner?.serves(cell)) {
        await runner?.release();
        runner = new Runner(where, cell);
      }
      const result = await runner.run(cell);
      file.append(result);
      console.log(JSON.stringify(result));
    }
  await runner?.release();
}

void main();
