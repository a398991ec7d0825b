import { ChatPrompts } from '../model/local/chat/chatPrompts';
import { Layout } from '../model/local/layout';
import { roundTrips } from '../model/local/roundTrip';
import type { LmTokenizer } from '../model/local/tokenizer/tokenizer';
import type { PromptIds } from '../model/taskModel';
import type { Spec } from '../spec/spec';
import type { Part } from '../spec/template';

/** How prompts of the policy's tokens become text, and text such a prompt. */
export interface Passage {
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
    text: (ids) => layout.travellingText(ids),
    ids: (text) => layout.encodePrompt(text),
    keeps: (ids) => roundTrips(readable, layout, policy, ids, input),
  };
}

function chatPassage(policy: LmTokenizer): Passage {
  const prompts = new ChatPrompts(policy);
  return { text: (ids) => prompts.text(ids), ids: (text) => prompts.ids(text), keeps: (ids) => ids.length === 0 || prompts.travels(ids) };
}

/** A text's first words. */
export function excerpt(text: string): string {
  return text.length <= 60 ? text : text.slice(0, 60).replace(/\s+\S*$/, '');
}
