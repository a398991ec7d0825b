import type { ScoredTexts } from '../metrics/scoredTexts';
import type { RowSet } from '../model/taskModel';
import type { Dataset } from '../data/dataset';
import { isJudge } from '../metrics/judge/judgeCalls';
import { generationOf, searchSettings } from '../spec/schema';
import { TaskError } from '../spec/problem';
import type { Spec } from '../spec/spec';
import { word } from '../wording/wording';
import type { Experiment } from './open/experiment';
import type { FrontEnd } from './frontEnd';
import { judgeBudget } from './open/openTexts';
import { planRuns, type QueryPlan } from './consent/preview';
import { duration } from './report/duration';
import { describeGenerations } from './report/previewText';
import { hasControl } from './start';

/** Rows whose texts are timed, after some that warm up. */
const TIMED = 16;
const WARMING = 2;

/**
 * Says how much a model that runs here will generate, and how long that takes by a few texts without a prompt: those of a server
 * are agreed to with the same figures. Judges on servers are paid for, so nothing is timed with them.
 */
export async function tellGenerations({ spec, texts, preview, judges, plan, scorer }: Experiment, frontEnd: FrontEnd): Promise<void> {
  if (!texts || preview) return;
  const { samples } = generationOf(spec);
  const perSecond = judges.length > 0 ? undefined : await measure(texts, scorer('train').rows.set, samples, frontEnd.signal);
  for (const line of atMost(spec, plan, perSecond)) frontEnd.status(`${line}.`);
}

/** What a run of a generation task will ask at most, line by line, by its spec and its data alone; nothing of another task. */
export function generationPreview(spec: Spec, dataset: Dataset): string[] {
  if (spec.kind !== 'generation') return [];
  try {
    return atMost(spec, planRuns(hasControl(spec))(spec, searchSettings(spec), dataset));
  } catch (error) {
    // A budget that is too small is a problem of the spec, which is shown as such.
    if (error instanceof TaskError) return [];
    throw error;
  }
}

/** @param perSecond texts that the task model writes */
function atMost(spec: Spec, plan: QueryPlan, perSecond?: number): string[] {
  const { maxTokens, samples } = generationOf(spec);
  const total = samples * plan.total;
  const rate = perSecond === undefined ? undefined : { perSecond, time: duration(total / perSecond) };
  const judges = spec.metrics!.filter(isJudge).map(({ name, type }) => name ?? type);
  return [
    word('run.generations', { total, generations: describeGenerations(plan, samples), maxTokens, rate }),
    ...(judges.length > 0 ? [word('run.judgeCalls', { metrics: judges, calls: judgeBudget(spec, total) })] : []),
  ];
}

/** Texts a second. */
async function measure(texts: ScoredTexts, set: RowSet, samples: number, signal: AbortSignal): Promise<number> {
  const write = (rows: readonly number[]): Promise<unknown> => texts.texts([], set as ReturnType<ScoredTexts['rows']>, rows, signal);
  const rows = set.texts.map((_, row) => row);
  await write(rows.slice(0, WARMING));
  const timed = rows.slice(-TIMED);
  const began = performance.now();
  await write(timed);
  return (1000 * timed.length * samples) / Math.max(1, performance.now() - began);
}
