import { generationOf } from '../../spec/schema';
import { word } from '../../wording/wording';
import type { OpenGenerator, TaskNeeds } from '../door';
import type { GenerationSettings } from '../generator';
import { LocalGenerator } from './localGenerator';
import { layOutTemplate, roundTripsIn } from './localTask';
import { ModelError } from '../modelError';
import { readModel } from './modelFolder';
import type { Compute } from './session';

/** Opens a causal model that generates texts locally, in ONNX Runtime. @throws TaskError, ModelError */
export async function openLocalGeneration({ spec, policy, now }: TaskNeeds, compute: Compute): Promise<OpenGenerator> {
  const folder = spec.taskModel === policy.reference ? policy : await readModel(spec.taskModel, spec.folder);
  const { tokenizer, context, reference } = folder;
  if (folder.kind !== 'causal') throw new ModelError('model.cannotGenerate', { model: reference });
  const { samples: _, topK, ...generation } = generationOf(spec);
  const settings: GenerationSettings = { ...generation, topK: topK ?? null };
  const { layout, parts, source } = layOutTemplate(spec, folder, false, policy.tokenizer, now);
  const generator = await LocalGenerator.open(folder, layout, source, settings, compute);
  const notes = generator.cached ? [] : [word('model.noPastToWrite', { model: reference })];
  return {
    generator,
    folder,
    parts,
    warnings: [],
    context,
    pace: undefined,
    encodePrompt: (text) => layout.encodePrompt(text),
    promptText: (ids) => layout.promptText(ids),
    roundTrip: (ids, input) => roundTripsIn(layout, parts, tokenizer, ids, input),
    call: () => undefined,
    notes: () => notes,
  };
}
