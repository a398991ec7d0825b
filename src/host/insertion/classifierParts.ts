import type { ModelCall, ServerCall, TokenCall } from '../../model/call';
import { withoutMarks } from '../../model/server/fold';

/** What both languages write. Texts are literals of the language. */
export interface ClassifierParts {
  readonly call: ModelCall;
  readonly name: string;
  /** Lines of its description. */
  readonly about: readonly string[];
  /** The lines of the text with its input, or, of a chat, of its list of messages; the other has none. */
  readonly text: readonly string[];
  readonly messages: readonly string[];
  /** Each class with its label word. */
  readonly classes: readonly { readonly label: string; readonly word: string }[];
  /** Tokens of the prompt. */
  readonly promptTokens: number;
  readonly quote: (value: string) => string;
}

/** Tokens that the whole text may have; undefined without a limit. */
export function longest({ room }: TokenCall, promptTokens: number): number | undefined {
  return room === undefined ? undefined : room + promptTokens;
}

/** The fields of a request, besides its text and its temperature, with the key of each as servers call it. */
export function fieldsOf(call: ServerCall): Record<string, string | number | boolean> {
  switch (call.way) {
    case 'completion-logprobs':
      return { model: call.model, max_tokens: 1, logprobs: call.top! };
    case 'chat-logprobs':
      return { model: call.model, [call.limit!]: 1, logprobs: true, top_logprobs: call.top! };
    case 'chat-answer':
      return { model: call.model, [call.limit!]: call.maxTokens! };
    case 'text-answer':
      return { model: call.model, max_tokens: call.maxTokens! };
  }
}

/** What an answer may be called, folded, with the class of each, longest first; the first of two alike counts. */
export function answerNames(classes: ClassifierParts['classes']): readonly (readonly [name: string, label: string])[] {
  const names = new Map<string, string>();
  for (const key of ['word', 'label'] as const)
    for (const one of classes) {
      const name = withoutMarks(one[key]);
      if (name !== '' && !names.has(name)) names.set(name, one.label);
    }
  return [...names].sort((a, b) => b[0].length - a[0].length);
}
