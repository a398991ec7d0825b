import { layOutTemplate, roundTripsIn } from '../../model/local/localTask';
import { readModel, type ModelFolder } from '../../model/local/modelFolder';
import { fillingOf } from '../../model/server/textTask';
import type { PromptIds } from '../../model/taskModel';
import { isTextModel } from '../../spec/scheme';
import type { Spec } from '../../spec/spec';
import { fillTemplate, fillTurns, type Message, type Part } from '../../spec/template';
import { passageOf, travel, type Travel } from './passage';

/** A task's template with its prompts, without its model. */
interface OpenTemplate extends Travel {
  promptText(ids: PromptIds): string;
  /** The template filled in: what goes to the model. */
  fill(input: string, prompt: string): string | Message[];
}

/** @param input any input: a prompt touches its end only. @throws TaskError, ModelError */
export async function openTemplate(spec: Spec, policy: ModelFolder, input: string, now: Date | undefined): Promise<OpenTemplate> {
  const { tokenizer } = policy;
  const fill = (parts: readonly Part[], mask: string): OpenTemplate['fill'] =>
    spec.turns ? (text, prompt) => fillTurns(spec.turns!, text, prompt) : (text, prompt) => fillTemplate(parts, text, prompt, mask);
  if (isTextModel(spec.taskModel)) {
    const { parts, prompts } = fillingOf(spec, tokenizer);
    const passage = passageOf(spec, parts, tokenizer, input);
    return {
      ...prompts,
      fill: fill(parts, ''),
      ...travel({ spec, passage, policy: tokenizer, tokenizer, ...prompts, roundTrip: () => true }),
    };
  }
  const folder = spec.taskModel === policy.reference ? policy : await readModel(spec.taskModel, spec.folder);
  const { parts, layout } = layOutTemplate(spec, folder, false, tokenizer, now);
  const prompts = {
    encodePrompt: (text: string) => layout.encodePrompt(text),
    promptText: (ids: PromptIds) => layout.promptText(ids),
    roundTrip: (ids: PromptIds) => roundTripsIn(layout, parts, folder.tokenizer, ids, input),
  };
  const passage = passageOf(spec, parts, tokenizer, input);
  const mask = folder.kind === 'masked' ? folder.tokenizer.decode([folder.tokenizer.maskId!]) : '';
  return { ...prompts, fill: fill(parts, mask), ...travel({ spec, passage, policy: tokenizer, tokenizer: folder.tokenizer, ...prompts }) };
}
