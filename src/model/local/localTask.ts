import { Layout } from './layout';
import { readModel, type ModelFolder } from './modelFolder';
import { openTaskModel } from './openTaskModel';
import type { LmTokenizer } from './tokenizer/tokenizer';
import { roundTrips } from './roundTrip';
import type { Compute } from './session';
import { setTo, TaskError } from '../../spec/problem';
import { searchSettings } from '../../spec/schema';
import type { Spec } from '../../spec/spec';
import { forCausal, type Part } from '../../spec/template';
import { verbalize, type Verbalizer } from '../../spec/verbalizer';
import { word, worded } from '../../wording/wording';
import type { OpenTask, TaskNeeds } from '../door';

/** Opens a task model that runs locally, in ONNX Runtime. @throws TaskError, ModelError */
export async function openLocalTask({ spec, classes, policy, addMask = false }: TaskNeeds, compute: Compute): Promise<OpenTask> {
  const folder = spec.taskModel === policy.reference ? policy : await readModel(spec.taskModel, spec.folder);
  const { tokenizer, context } = folder;
  const { parts, note, layout, verbalizer } = layOutTask(spec, classes, folder, addMask, policy.tokenizer);
  const { model, notes } = await openTaskModel(folder, layout, spec.template, verbalizer.ids, compute);
  return {
    model,
    folder,
    parts,
    words: verbalizer.words,
    warnings: verbalizer.warnings,
    context,
    pace: undefined,
    encodePrompt: (text) => layout.encodePrompt(text),
    promptText: (ids) => layout.promptText(ids),
    roundTrip: (ids, input) => roundTrips(parts, layout, tokenizer, ids, input),
    notes: () => (note === undefined ? notes : [note, ...notes]),
  };
}

/** The template laid out for a model and the label words found in its tokens, with no model opened. @throws TaskError */
export function layOutTask(
  spec: Spec,
  classes: readonly string[],
  { tokenizer, kind, context }: Pick<ModelFolder, 'tokenizer' | 'kind' | 'context'>,
  addMask: boolean,
  policy: LmTokenizer = tokenizer,
): { parts: readonly Part[]; note: string | undefined; layout: Layout; verbalizer: Verbalizer } {
  const { parts, note } = kind === 'causal' ? { parts: causalParts(spec), note: undefined } : maskedParts(spec, addMask);
  const bare = new Layout(parts, tokenizer, context, 0);
  // Room for the longest prompt: what is searched for, and what the user wants to compare.
  const searched = spec.prompt.length === 0 ? 0 : spec.prompt.length * mostTokens(spec, parts, policy, bare, tokenizer);
  const room = Math.max(searched, ...spec.compare.map((prompt) => bare.encodePrompt(prompt).length));
  const layout = new Layout(parts, tokenizer, context, room);
  const verbalizer = verbalize(spec, classes, tokenizer, { atStart: layout.maskAtStart, causal: kind === 'causal' });
  return { parts, note, layout, verbalizer };
}

/** Tokens of the task model that one token of the policy can become on its way as text. */
function mostTokens(spec: Spec, parts: readonly Part[], policy: LmTokenizer, layout: Layout, tokenizer: LmTokenizer): number {
  if (policy === tokenizer || policy.sameVocabulary(tokenizer)) return 1;
  const readable = new Layout(
    parts.filter((part) => part.kind !== 'mask'),
    policy,
    Infinity,
    0,
  );
  return actionsOf(spec, policy).reduce((most, id) => Math.max(most, layout.encodePrompt(readable.travellingText([id])).length), 1);
}

/** Ids of the policy's tokens that a prompt may be made of. */
export function actionsOf(spec: Spec, policy: LmTokenizer): readonly number[] {
  return searchSettings(spec).tokens === 'words' ? policy.wordIds(true) : policy.ordinaryIds();
}

/** What is appended to a template without {mask}, as in the paper's templates: the label word and a full stop. */
const MASK = ' {mask} .';
const MASK_PARTS: readonly Part[] = [
  { kind: 'mask', space: true },
  { kind: 'literal', text: ' .' },
];

function maskedParts(spec: Spec, addMask: boolean): { parts: readonly Part[]; note: string | undefined } {
  if (spec.parts.some((part) => part.kind === 'mask')) return { parts: spec.parts, note: undefined };
  const template = spec.template.trimEnd() + MASK;
  if (addMask) return { parts: [...spec.parts, ...MASK_PARTS], note: word('model.maskAdded', { template }) };
  const text = worded('model.templateNeedsMask', { model: spec.taskModel, template: spec.template });
  throw new TaskError(spec.problemAt(['template'], { ...text, fixes: [setTo(['template'], template)] }));
}

/** The template as a causal model reads it: up to the label word. @throws TaskError */
export function causalParts(spec: Spec): readonly Part[] {
  const { parts, error } = forCausal(spec);
  if (error === undefined) return parts;
  throw new TaskError(spec.problemAt(['template'], { ...error, found: JSON.stringify(spec.template) }));
}
