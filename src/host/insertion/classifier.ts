import type { ServerCall } from '../../model/call';
import type { ClassifierParts } from './classifierParts';
import type { FoundPrompt } from './found';
import { aroundInput, identifier, marker, messageList, messagesOf, oneLine, originLine, sumOf, type MessageAround } from './functions';
import { InsertionError } from './insertionError';
import { languageOf } from './languages';
import { literal } from './literal';
import { QUOTING } from './quoting';
import { pythonClassifier } from './pythonClassifier';
import { scriptClassifier } from './scriptClassifier';

/**
 * The lines of a function that asks the task model for the class of a text, with the prompt, the template, the label words
 * and the scoring that the run measured.
 * @param unit one level of indentation
 * @throws InsertionError where code cannot do that
 */
export function promptClassifier(found: FoundPrompt, languageId: string, unit: string): string[] {
  const { call, classes, roundTrip } = found;
  const language = languageOf(languageId);
  const python = language?.quoting === QUOTING.python;
  if (!python && language?.quoting !== QUOTING.javascript) throw new InsertionError('noClassifierLanguage', languageId);
  if (!call || !classes) throw new InsertionError('noClassifierModel', found.taskModel);
  if (call.way === 'tokens' && roundTrip === false) throw new InsertionError('noRoundTrip');
  const chat = call.way.startsWith('chat');
  const parts: ClassifierParts = {
    call,
    name: identifier(found.taskName, python ? 'snake' : 'camel', 'classifier'),
    about: [
      `The class of a text, for the task '${oneLine(found.taskName)}': the label word that ${oneLine(found.taskModel)} prefers.`,
      originLine(found),
      marker(found),
    ],
    text: chat ? [] : sumOf(aroundInput(found), languageId),
    messages: chat ? messageList(chatOf(found, call as ServerCall), languageId) : [],
    classes,
    promptTokens: found.tokens ?? 0,
    quote: (value) => literal(value, languageId),
  };
  const lines = python ? pythonClassifier(parts) : scriptClassifier(parts, /^(ts|tsx|typescript)/.test(languageId));
  return lines.map((line) => line.replace(/^\t+/, (tabs) => unit.repeat(tabs.length)));
}

/** The messages that were scored: those of the template, or a text after the system message. */
function chatOf(found: FoundPrompt, { systemMessage }: ServerCall): MessageAround[] {
  if (found.turns) return messagesOf(found.turns, found.prompt);
  const system: MessageAround[] = systemMessage ? [{ role: 'system', before: systemMessage, after: undefined }] : [];
  return [...system, { role: 'user', ...aroundInput(found) }];
}

/** Whether a classifier can be written into a language for the model of a run. */
export function hasClassifier({ call, classes }: FoundPrompt, languageId: string): boolean {
  const { quoting } = languageOf(languageId) ?? {};
  return call !== undefined && classes !== undefined && (quoting === QUOTING.python || quoting === QUOTING.javascript);
}
