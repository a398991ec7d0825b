import { ChatLayout } from './chat/chatLayout';
import { ChatPrompts } from './chat/chatPrompts';
import { ChatTemplate } from './chat/chatTemplate';
import { Layout, type TaskLayout } from './layout';
import { tokenCall } from './tokenCall';
import { readModel, type ModelFolder } from './modelFolder';
import { openTaskModel } from './openTaskModel';
import type { LmTokenizer } from './tokenizer/tokenizer';
import { roundTrips } from './roundTrip';
import type { Compute } from './session';
import { setTo, TaskError } from '../../spec/problem';
import { generationOf, searchSettings } from '../../spec/schema';
import { givenPrompts, hasMethod, instructionTokens } from '../../spec/searches';
import type { Spec } from '../../spec/spec';
import { startingPrompts } from '../../spec/startingPrompts';
import { forCausal, type Part, type Turn } from '../../spec/template';
import { verbalize, type LabelTokens, type Verbalizer } from '../../spec/verbalizer';
import { word, worded } from '../../wording/wording';
import type { OpenTask, TaskNeeds } from '../door';
import { ModelError } from '../modelError';

/** Opens a task model that runs locally, in ONNX Runtime. @throws TaskError, ModelError */
export async function openLocalTask({ spec, classes, policy, now, addMask = false }: TaskNeeds, compute: Compute): Promise<OpenTask> {
  const folder = spec.taskModel === policy.reference ? policy : await readModel(spec.taskModel, spec.folder);
  const { tokenizer, context } = folder;
  const { parts, note, layout, verbalizer, source } = layOutTask(spec, classes, folder, addMask, policy.tokenizer, now);
  const { model, notes } = await openTaskModel(folder, layout, source, verbalizer.ids, compute);
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
    roundTrip: (ids, input) => roundTripsIn(layout, parts, tokenizer, ids, input),
    notes: () => (note === undefined ? notes : [note, ...notes]),
    call: () => (layout instanceof ChatLayout ? undefined : tokenCall(folder, layout, verbalizer.ids)),
  };
}

/** Whether the prompt, in place as text, gives the same ids. */
export function roundTripsIn(
  layout: Layout | ChatLayout,
  parts: readonly Part[],
  tokenizer: LmTokenizer,
  ids: readonly number[],
  input: string,
): boolean {
  return layout instanceof ChatLayout ? layout.roundTrips(ids, input) : roundTrips(parts, layout, tokenizer, ids, input);
}

interface LaidOutTemplate {
  readonly parts: readonly Part[];
  readonly note: string | undefined;
  readonly layout: Layout | ChatLayout;
  /** The template as text, which names the scores; of a chat, with the model's own template. */
  readonly source: string;
  /** How the label word is encoded, and where it stands. */
  readonly answer: { readonly tokens: LabelTokens; readonly atStart: boolean; readonly causal: boolean };
}

type Tokens = Pick<ModelFolder, 'tokenizer' | 'kind' | 'context' | 'chat'>;

/** The template laid out for a model and the label words found in its tokens, with no model opened. @throws TaskError */
export function layOutTask(
  spec: Spec,
  classes: readonly string[],
  model: Tokens,
  addMask: boolean,
  policy: LmTokenizer = model.tokenizer,
  now?: Date,
): LaidOutTemplate & { readonly verbalizer: Verbalizer } {
  const laidOut = layOutTemplate(spec, model, addMask, policy, now);
  return { ...laidOut, verbalizer: verbalize(spec, classes, laidOut.answer.tokens, laidOut.answer) };
}

/** The template laid out for a model, whatever its label words. @throws TaskError */
export function layOutTemplate(
  spec: Spec,
  model: Tokens,
  addMask: boolean,
  policy: LmTokenizer = model.tokenizer,
  now?: Date,
): LaidOutTemplate {
  return typeof spec.template === 'string'
    ? layOutText({ ...spec, template: spec.template }, model, addMask, policy)
    : layOutChat(spec, spec.turns!, model, policy, now);
}

type TextSpec = Spec & { readonly template: string };

function layOutText(spec: TextSpec, { tokenizer, kind, context }: Tokens, addMask: boolean, policy: LmTokenizer): LaidOutTemplate {
  const { parts, note } = kind === 'causal' ? { parts: causalParts(spec), note: undefined } : maskedParts(spec, addMask);
  const bare = new Layout(parts, tokenizer, context, 0);
  const layout = new Layout(
    parts,
    tokenizer,
    context,
    roomFor(spec, bare, context, () => mostTokens(spec, parts, policy, bare, tokenizer)),
  );
  const answer = { tokens: tokenizer, atStart: layout.maskAtStart, causal: kind === 'causal' };
  return { parts, note, layout, answer, source: spec.template };
}

function layOutChat(
  spec: Spec,
  turns: readonly Turn[],
  { tokenizer, context, chat, kind }: Tokens,
  policy: LmTokenizer,
  now = new Date(),
): LaidOutTemplate {
  try {
    const template = kind === 'causal' ? ChatTemplate.of(chat, now) : undefined;
    if (!template) throw new TaskError(spec.problemAt(['template'], worded('model.noChatTemplate', { model: spec.taskModel })));
    const bare = new ChatLayout(turns, template, tokenizer, context, 0);
    const prompts = new ChatPrompts(policy);
    const most = (): number =>
      prompts.actions(actionsOf(spec, policy)).reduce((n, id) => Math.max(n, tokenizer.encode(prompts.text([id]), 'behind').length), 1);
    const layout = new ChatLayout(turns, template, tokenizer, context, roomFor(spec, bare, context, most));
    const tokens = {
      encode: (text: string) => layout.encodeAnswer(text),
      words: tokenizer.words.bind(tokenizer),
      unknownId: tokenizer.unknownId,
    };
    const answer = { tokens, atStart: !layout.answerSpace, causal: true };
    return { parts: spec.parts, note: undefined, layout, answer, source: JSON.stringify([spec.template, template.source]) };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new TaskError(spec.problemAt(['template'], worded('model.chatFails', { model: spec.taskModel, problem: error.message })));
  }
}

/** Room for the longest prompt, which is searched for, given, or compared by the user, and for what is generated. */
function roomFor(spec: Spec, bare: TaskLayout, context: number, most: () => number): number {
  const isSearched = spec.prompt.length > 0;
  const ofTokens = isSearched ? spec.prompt.length * most() : 0;
  const searched = isSearched && hasMethod(spec, 'reflect') ? Math.max(ofTokens, instructionTokens(spec, context)) : ofTokens;
  const given = isSearched && searchSettings(spec).warmStart ? startingPrompts(spec).map(({ text }) => text) : givenPrompts(spec);
  const written = spec.kind === 'generation' ? generationOf(spec).maxTokens : 0;
  return Math.max(searched, ...given.map((prompt) => bare.encodePrompt(prompt).length)) + written;
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
  return actionsOf(spec, policy).reduce((most, id) => Math.max(most, layout.encodePrompt(readable.travelingText([id])).length), 1);
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

function maskedParts(spec: TextSpec, addMask: boolean): { parts: readonly Part[]; note: string | undefined } {
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
