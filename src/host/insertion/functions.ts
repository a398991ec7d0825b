import { randomUUID } from 'node:crypto';
import { basename } from 'node:path/posix';
import { fillTemplate, fillTurns, forCausal, type Turn } from '../../spec/template';
import { accuracyText, type FoundPrompt } from './found';
import { InsertionError } from './insertionError';
import { languageOf } from './languages';
import { literal } from './literal';

/** Where a prompt comes from, as inserted code says it. */
const ORIGINS: Readonly<Record<FoundPrompt['origin'], string>> = {
  policy: 'Prompt found by RLPrompt',
  random: 'Prompt found by random search',
  manual: 'Prompt written by hand, scored with RLPrompt',
  evaluated: 'Prompt written by hand, scored with RLPrompt',
  start: 'Ordinary starting prompt, scored with RLPrompt',
  none: 'No prompt',
};

/**
 * The lines of a function that takes an input and returns the whole text to send to the model.
 * @param unit one level of indentation
 * @throws InsertionError when the language has no function form, or its strings cannot hold the text
 */
export function promptFunction(found: FoundPrompt, languageId: string, unit: string): string[] {
  const form = languageOf(languageId)?.function;
  if (!form) throw new InsertionError('noFunction', languageId);
  if (found.turns && !form.chat) throw new InsertionError('noChatFunction', languageId);
  const quote = (text: string): string => literal(text, languageId);
  const sum = ({ before, after }: Around): string =>
    [...(before === '' ? [] : [quote(before)]), 'text', ...(after === '' ? [] : [quote(after)])].join(form.join ?? ' + ');
  const what = found.turns ? 'messages' : 'text';
  const describe = (text: string): string => form.describe?.(text, quote) ?? text;
  const fields: Readonly<Record<string, string>> = {
    name: identifier(found.taskName, form.naming),
    about: describe(`${what} to send to ${oneLine(found.taskModel)} for the task '${oneLine(found.taskName)}'.`),
    origin: describe(originLine(found)),
    run: describe(marker(found)),
    text: found.turns ? '' : sum(aroundInput(found)),
  };
  const lines = (found.turns && form.chat ? form.chat.code : form.code).split('\n').map((line) => line.replace(/^\t/, unit));
  const messages = found.turns ? filledMessages(found.turns, found.prompt) : [];
  return lines.flatMap((line) =>
    line === '{messages}'
      ? messages.map(({ role, content, around }) => unit + unit + form.chat!.message(role, around ? sum(around) : quote(content)))
      : [line.replace(/\{(name|about|origin|run|text)\}/g, (_, field: string) => fields[field]!)],
  );
}

interface Around {
  readonly before: string;
  readonly after: string;
}

/** The messages that were scored; the one with the input has what is around it. */
function filledMessages(turns: readonly Turn[], prompt: string): { role: string; content: string; around: Around | undefined }[] {
  const input = randomUUID();
  return fillTurns(turns, input, prompt).map(({ role, content }) => {
    const [before, after] = content.split(input);
    return { role, content, around: after === undefined ? undefined : { before: before!, after } };
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
  return { before: before!, after: after! };
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
