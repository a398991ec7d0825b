import { openMetrics } from '../metrics/open';
import { ScoredTexts } from '../metrics/scoredTexts';
import type { Dataset } from '../data/dataset';
import type { Access, OpenTask, TaskNeeds } from '../model/door';
import type { Compute } from '../model/local/session';
import { openGenerator } from '../model/openTask';
import { generationOf } from '../spec/schema';
import type { Scripts } from '../metrics/script/script';

/** Opens the model and the metrics of a generation task. @throws TaskError, ModelError */
export async function openTexts(
  needs: TaskNeeds,
  { splits }: Pick<Dataset, 'splits'>,
  compute: Compute,
  access: Access & { readonly scripts?: Scripts | undefined },
): Promise<OpenTask & { readonly model: ScoredTexts }> {
  const { spec } = needs;
  const { problemAt, folder } = spec;
  const references = splits.train.references !== undefined;
  const { samples } = generationOf(spec);
  const about = { problemAt, folder, references, samples: needs.samples, mostJudged: needs.mostQueries * samples, scripts: access.scripts };
  const metrics = await openMetrics(spec.metrics!, { ...about, compute, access });
  const opened = await openGenerator(needs, compute, access);
  const model = new ScoredTexts(opened.generator, metrics, samples);
  return { ...opened, model, words: [''], notes: () => [...opened.notes(), ...model.notes()] };
}
