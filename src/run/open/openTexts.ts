import { isJudge, JudgeCalls } from '../../metrics/judge/judgeCalls';
import { openMetrics } from '../../metrics/open';
import { ScoredTexts } from '../../metrics/scoredTexts';
import type { Dataset } from '../../data/dataset';
import type { Access, OpenTask, TaskNeeds } from '../../model/door';
import type { Compute } from '../../model/local/session';
import { openGenerator } from '../../model/openTask';
import { TaskError } from '../../spec/problem';
import { generationOf } from '../../spec/schema';
import type { Spec } from '../../spec/spec';
import { worded } from '../../wording/wording';
import type { JudgePreview } from '../consent/preview';
import type { Scripts } from '../../metrics/script/script';

/** Opens the model and the metrics of a generation task. @throws TaskError, ModelError */
export async function openTexts(
  needs: TaskNeeds,
  { splits }: Pick<Dataset, 'splits'>,
  compute: Compute,
  access: Access & { readonly scripts?: Scripts | undefined },
): Promise<OpenTask & { readonly model: ScoredTexts; readonly judges: readonly JudgePreview[]; readonly judgeCalls: JudgeCalls }> {
  const { spec } = needs;
  const { problemAt, folder } = spec;
  const references = splits.train.references !== undefined;
  const { samples } = generationOf(spec);
  const mostJudged = needs.mostQueries * samples;
  const judgeCalls = new JudgeCalls(judgeBudget(spec, mostJudged));
  const about = { problemAt, folder, references, samples: needs.samples, mostJudged, judgeCalls, scripts: access.scripts };
  const metrics = await openMetrics(spec.metrics!, { ...about, compute, access });
  const opened = await openGenerator(needs, compute, access);
  const model = new ScoredTexts(opened.generator, metrics, samples);
  const judges = metrics.flatMap(({ name, metric: { pace } }, i) =>
    pace ? [{ ...pace, metric: name, texts: mostJudged, calls: isJudge(spec.metrics![i]!) ? judgeCalls.most : undefined }] : [],
  );
  return { ...opened, model, judges, judgeCalls, words: [''], notes: () => [...opened.notes(), ...model.notes()] };
}

/** Retries of judges that gave no number, as a share of the texts. */
const AGAIN = 0.1;

/** Calls of judges at most: as the spec says, if that is enough for all texts that may be generated. @throws TaskError */
export function judgeBudget({ metrics, search, problemAt }: Spec, texts: number): number {
  const perText = metrics!.filter(isJudge).length;
  const least = perText * texts;
  const { judgeBudget: given } = search;
  if (given !== undefined && given < least)
    throw new TaskError(problemAt(['search', 'judgeBudget'], worded('metric.judgeBudget', { found: given, least, perText })));
  return given ?? Math.ceil(least * (1 + AGAIN));
}
