import { ChatPrompts } from '../../model/local/chat/chatPrompts';
import { Layout } from '../../model/local/layout';
import { roundTrips } from '../../model/local/roundTrip';
import type { LmTokenizer } from '../../model/local/tokenizer/tokenizer';
import type { PromptIds } from '../../model/taskModel';
import type { Spec } from '../../spec/spec';
import type { Part } from '../../spec/template';

/** How prompts of the policy's tokens become text, and text such a prompt. */
interface Passage {
  text(ids: PromptIds): string;
  ids(text: string): number[];
  /** Whether the prompt, as text, has these ids again. */
  keeps(ids: PromptIds): boolean;
}

/** @param parts the template as the task model reads it; @param input any input: a prompt touches its end only */
export function passageOf(spec: Spec, parts: readonly Part[], policy: LmTokenizer, input: string): Passage {
  return spec.turns ? chatPassage(policy) : textPassage(parts, policy, input);
}

function textPassage(parts: readonly Part[], policy: LmTokenizer, input: string): Passage {
  const readable = parts.filter((part) => part.kind !== 'mask');
  const layout = new Layout(readable, policy, Infinity, 0);
  return {
    text: (ids) => layout.travelingText(ids),
    ids: (text) => layout.encodePrompt(text),
    keeps: (ids) => roundTrips(readable, layout, policy, ids, input),
  };
}

function chatPassage(policy: LmTokenizer): Passage {
  const prompts = new ChatPrompts(policy);
  return { text: (ids) => prompts.text(ids), ids: (text) => prompts.ids(text), keeps: (ids) => ids.length === 0 || prompts.travels(ids) };
}

/** A prompt's way from the policy's tokens to the task model's and back. */
export interface Travel {
  /** As text where the vocabularies differ. */
  readonly toTask: (ids: PromptIds) => number[];
  readonly toPolicy: (ids: PromptIds) => number[];
  /** Whether a chat's template takes a prompt of the policy's tokens, or the beginning of one, as it is; undefined if it takes all. */
  readonly admits: ((ids: PromptIds) => boolean) | undefined;
}

export function travel(between: {
  readonly spec: Spec;
  readonly passage: Passage;
  readonly policy: LmTokenizer;
  /** The task model's, and what its template does with prompts. */
  readonly tokenizer: LmTokenizer;
  encodePrompt(text: string): number[];
  promptText(ids: PromptIds): string;
  roundTrip(ids: PromptIds): boolean;
}): Travel {
  const { spec, passage, policy, tokenizer } = between;
  const sameVocabulary = !spec.turns && (policy === tokenizer || policy.sameVocabulary(tokenizer));
  const toTask = (ids: PromptIds): number[] => (sameVocabulary ? [...ids] : between.encodePrompt(passage.text(ids)));
  return {
    toTask,
    toPolicy: (ids) => (sameVocabulary ? [...ids] : passage.ids(between.promptText(ids))),
    // What a chat template does to a prompt, it does whatever the input.
    admits: spec.turns && ((ids) => passage.keeps(ids) && between.roundTrip(toTask(ids))),
  };
}

/** A text's first words. */
export function excerpt(text: string): string {
  return text.length <= 60 ? text : text.slice(0, 60).replace(/\s+\S*$/, '');
}
