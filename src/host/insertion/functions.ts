import { randomUUID } from 'node:crypto';
import { basename } from 'node:path/posix';
import { fillTemplate, fillTurns, forCausal, type Turn } from '../../spec/template';
import { accuracyText, type FoundPrompt } from './found';
import { InsertionError } from './insertionError';
import { languageOf } from './languages';
import { joined, literal, literals } from './literal';

/** Where a prompt comes from, as inserted code says it. */
const ORIGINS: Readonly<Record<FoundPrompt['origin'], string>> = {
  policy: 'Prompt found by RLPrompt',
  reflect: 'Prompt improved by RLPrompt',
  random: 'Prompt found by random search',
  single: 'Prompt found by RLPrompt',
  manual: 'Prompt written by hand, scored with RLPrompt',
  evaluated: 'Prompt written by hand, scored with RLPrompt',
  start: 'Ordinary starting prompt, scored with RLPrompt',
  none: 'No prompt',
};

/**
 * The lines of a function that takes an input and returns the whole text, or the messages, to send to the model.
 * @param unit one level of indentation
 * @throws InsertionError when the language has no function form, or its strings cannot hold the text
 */
export function promptFunction(found: FoundPrompt, languageId: string, unit: string): string[] {
  const form = languageOf(languageId)?.function;
  if (!form) throw new InsertionError('noFunction', languageId);
  const what = found.turns ? 'messages' : 'text';
  const describe = (text: string): string => form.describe?.(text, (value) => literal(value, languageId)) ?? text;
  const fields: Readonly<Record<string, string>> = {
    name: identifier(found.taskName, form.naming),
    about: describe(`${what} to send to ${oneLine(found.taskModel)} for the task '${oneLine(found.taskName)}'.`),
    origin: describe(originLine(found)),
    words: describe(wordsLine(found)),
    run: describe(marker(found)),
    type: found.turns ? form.chat.type : form.text,
  };
  const value = found.turns ? messageList(messagesOf(found.turns, found.prompt), languageId) : sumOf(aroundInput(found), languageId);
  return form.code
    .split('\n')
    .filter((line) => fields.words !== '' || !line.includes('{words}'))
    .map((line) => line.replace(/\{(name|about|origin|words|run|type)\}/g, (_, field: string) => fields[field]!))
    .flatMap((line) => filled(line, '{value}', value))
    .map((line) => line.replace(/^\t+/, (tabs) => unit.repeat(tabs.length)));
}

/** Texts around the input; a text without the input is all before it. */
interface Around {
  readonly before: string;
  readonly after: string | undefined;
}

export interface MessageAround extends Around {
  readonly role: string;
}

/** The lines of an expression of a text with its input, which is called `text`. */
export function sumOf({ before, after }: Around, languageId: string): string[] {
  const { function: form, quoting } = languageOf(languageId)!;
  const written = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : literals(text, languageId));
  const [first, last] = [written(before), written(after)];
  const parts = [...first, ...(after === undefined ? [] : ['text']), ...last];
  return joined(parts.length === 0 ? [literal('', languageId)] : parts, form?.join ?? quoting.join!, first.length > 1 || last.length > 1);
}

/** The lines of a list of messages. */
export function messageList(messages: readonly MessageAround[], languageId: string): string[] {
  const { list, message, noLastComma } = languageOf(languageId)!.function!.chat;
  const written = messages.flatMap(({ role, ...around }, i) =>
    filled(
      `\t${message}${noLastComma && i === messages.length - 1 ? '' : ','}`.replace('{role}', role),
      '{content}',
      sumOf(around, languageId),
    ),
  );
  return [list[0], ...written, list[1]];
}

/** A line of code with the lines of a value in place of a field, as deep as the line is. */
export function filled(line: string, field: string, value: readonly string[]): string[] {
  const at = line.indexOf(field);
  if (at < 0) return [line];
  const tabs = /^\t*/.exec(line)![0];
  const [before, after] = [line.slice(0, at), line.slice(at + field.length)];
  return value.map((one, i) => (i === 0 ? before : tabs) + one + (i === value.length - 1 ? after : ''));
}

/** The messages that were scored, with what is around the input. */
export function messagesOf(turns: readonly Turn[], prompt: string): MessageAround[] {
  const input = randomUUID();
  return fillTurns(turns, input, prompt).map(({ role, content }) => {
    const [before, after] = content.split(input);
    return { role, before: before!, after };
  });
}

/** What is before and after the input in the text that the model was scored with. @throws InsertionError */
export function aroundInput(found: FoundPrompt): Around {
  const { prompt, template, masked, maskToken } = found;
  const { parts, error } = masked ? { parts: found.parts } : forCausal(found);
  if (error) throw new InsertionError('template', template, error.message);
  if (masked && parts.some(({ kind }) => kind === 'mask') && maskToken === undefined) throw new InsertionError('noMaskToken');
  const input = randomUUID();
  const [before, after] = fillTemplate(parts, input, prompt, maskToken ?? '').split(input);
  return { before: before!, after };
}

/**
 * A text that any of the languages can have in a comment: on one line, without what ends or opens a comment or a script, and
 * without `\u`, which Java reads in comments too.
 */
export function oneLine(text: string, most = 60): string {
  const line = text
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .replace(/\*(?=\/)|\/(?=\*)|<(?=[/!])|-(?=->)|\\(?=u)/g, '$& ')
    .trim();
  const characters = Array.from(line);
  return characters.length > most ? `${characters.slice(0, most - 3).join('')}...` : line;
}

/** Who found the prompt, and how well it does, in a sentence. */
export function originLine(found: FoundPrompt): string {
  const accuracy = accuracyText(found)?.replace('–', ' to ');
  return `${ORIGINS[found.origin]}; ${accuracy === undefined ? 'not scored on held-out rows' : `held-out accuracy ${accuracy}`}.`;
}

/** What the model was to say for each class; empty where it wrote a text. */
function wordsLine({ classes = [] }: FoundPrompt): string {
  const words = classes.filter(({ label }) => label !== '').map(({ label, word }) => `${word} for ${label}`);
  return words.length === 0 ? '' : `Label words: ${oneLine(words.join(', '), 200)}.`;
}

/** Where inserted code comes from, for people and for the lens above it. */
export function marker({ runFolder }: Pick<FoundPrompt, 'runFolder'>): string {
  return `RLPrompt run: ${oneLine(basename(runFolder.replaceAll('\\', '/')), 200)}`;
}

/** An identifier of a task's name: ASCII, with an ending that says what it is. */
export function identifier(taskName: string, naming: 'snake' | 'camel' | 'pascal', ending = 'prompt'): string {
  const plain = taskName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2');
  const words: string[] = [...(plain.toLowerCase().match(/[a-z0-9]+/g) ?? [])];
  if (words.length === 0 || /^\d/.test(words[0]!)) words.unshift('task');
  if (words.at(-1) !== ending) words.push(ending);
  if (naming === 'snake') return words.join('_');
  return words.map((word, i) => (i === 0 && naming === 'camel' ? word : word[0]!.toUpperCase() + word.slice(1))).join('');
}
