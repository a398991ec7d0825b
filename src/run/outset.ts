import type { ScoredTexts } from '../metrics/scoredTexts';
import type { RowSet } from '../model/taskModel';
import { generationOf } from '../spec/schema';
import { word } from '../wording/wording';
import type { Experiment } from './experiment';
import type { FrontEnd } from './frontEnd';
import { duration } from './report/duration';
import { describeGenerations } from './report/previewText';

/** Rows whose texts are timed, after some that warm up. */
const TIMED = 16;
const WARMING = 2;

/**
 * Says how much a model that runs here will generate, and how long that takes by a few texts without a prompt: those of a server
 * are agreed to with the same figures. Judges on servers are paid for, so nothing is timed with them.
 */
export async function tellGenerations({ spec, texts, preview, judges, plan, scorer }: Experiment, frontEnd: FrontEnd): Promise<void> {
  if (!texts || preview) return;
  const { maxTokens, samples } = generationOf(spec);
  const total = samples * plan.total;
  const perSecond = judges.length > 0 ? undefined : await measure(texts, scorer('train').rows.set, samples, frontEnd.signal);
  const rate = perSecond === undefined ? undefined : { perSecond, time: duration(total / perSecond) };
  frontEnd.status(word('run.generations', { total, generations: describeGenerations(plan, samples), maxTokens, rate }));
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
