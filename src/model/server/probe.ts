import type { ServerSettings } from '../../spec/schema';
import { AnswerReader } from './answer';
import { AnswerModel } from './answerModel';
import { Chat, ChatModel, defaultSystemMessage, type Message } from './chat';
import type { TopToken } from './choices';
import type { Client } from './client';
import { CompletionModel, Completions } from './completions';
import { firstToken, fold, scoreWords, type LabelWord } from './labelWords';
import { ServerError } from './serverError';
import type { TextModel } from './textModel';

export interface ProbeTask {
  readonly words: readonly string[];
  readonly labels: readonly string[];
  /** A few filled-in texts without a prompt. */
  readonly samples: readonly string[];
}

/** Numbers of log-probabilities to ask for, most first: llama.cpp gives any, vLLM and chats 20 by default, OpenAI's completions 5. */
const TOPS = [100, 20, 5, 2];
/** Where a server gives any number, and label words are not among the first hundred. */
const DEEP = 1000;
/** Texts in a request where a server takes several and the spec says no number. */
const BATCH = 16;
/** While finding out, a server that fails is not given the patience of a run. */
const RETRIES = 1;

/** Finds out which way of scoring works on a server, and how well: the first that reports most label words. @throws ServerError */
export async function probe(
  client: Client,
  model: string,
  task: ProbeTask,
  settings: ServerSettings,
  signal?: AbortSignal,
): Promise<TextModel> {
  const completions = new Completions(client, model);
  const chat = new Chat(client, model, settings.systemMessage ?? defaultSystemMessage(task.words));
  const ways = {
    'completion-logprobs': () => tryCompletions(completions, task, settings, signal),
    'chat-logprobs': () => tryChat(chat, task, settings, signal),
  };
  const wanted = settings.scoring;
  const tried: string[] = [];
  let best: Found | undefined;
  for (const way of ['completion-logprobs', 'chat-logprobs'] as const) {
    if (wanted !== 'auto' && wanted !== way) continue;
    const found = await attempt(ways[way]());
    if (found instanceof ServerError) tried.push(`${way}: ${found.message}`);
    else if (!best || found.reported > best.reported) best = found;
    if (best && best.reported >= 0.5) break;
  }
  if (best && (best.reported > 0 || wanted !== 'auto')) return best.open();
  if (best) tried.push(`Its ${best.top} likeliest tokens held no label word in any of ${task.samples.length} texts.`);
  if (wanted === 'auto' || wanted === 'answer') {
    const found = await attempt(tryAnswers(completions, chat, task, settings, signal));
    if (!(found instanceof ServerError)) return found;
    tried.push(`answer: ${found.message}`);
  }
  throw new ServerError('model', `The model ${JSON.stringify(model)} on ${client.url} cannot be scored. ${tried.join(' ')}`);
}

interface Found {
  readonly top: number;
  /** Share of label words that were among the reported tokens. */
  readonly reported: number;
  open(): TextModel | Promise<TextModel>;
}

/** That a way does not work is an answer too; that the server is down, busy or refuses the key is not. */
async function attempt<T>(way: Promise<T>): Promise<T | ServerError> {
  try {
    return await way;
  } catch (error) {
    if (error instanceof ServerError && ['request', 'broken', 'model', 'blocked'].includes(error.failure)) return error;
    throw error;
  }
}

/** The likeliest tokens after a text. @throws ServerError where there are none to be had */
type AskTop = (text: string, top: number) => Promise<readonly TopToken[]>;

async function tryCompletions(completions: Completions, task: ProbeTask, settings: ServerSettings, signal?: AbortSignal): Promise<Found> {
  const ask: AskTop = async (text, top) => given((await completions.tops([text], top, signal, RETRIES))[0]);
  // A model that has just read a word many times expects it again: its first token shows how the tokenizer splits it.
  const again = (word: string): string => Array<string>(6).fill(word.trim()).join(' ');
  const top = await mostTokens(ask, again(task.words[0]!), settings.topLogprobs);
  const words = await labelWords(task.words, (word) => ask(again(word), top));
  const look = async (deep: number): Promise<Found> => {
    const tops = await Promise.all(task.samples.map((text) => ask(text, deep)));
    const open = async (): Promise<TextModel> =>
      new CompletionModel(completions, words, deep, await batchSize(completions, task.samples, tops, deep, settings.promptBatch, signal));
    return { top: deep, reported: shareReported(tops, words, 'text'), open };
  };
  const found = await look(top);
  if (found.reported === 1 || top !== TOPS[0] || settings.topLogprobs !== undefined) return found;
  const deeper = await attempt(look(DEEP));
  return deeper instanceof ServerError || deeper.reported <= found.reported ? found : deeper;
}

async function tryChat(chat: Chat, task: ProbeTask, settings: ServerSettings, signal?: AbortSignal): Promise<Found> {
  const ask: AskTop = async (text, top) => given(await chat.top(chat.messages(text), top, signal, RETRIES));
  const top = await mostTokens(ask, task.samples[0]!, settings.topLogprobs ?? 20);
  const repeat = (word: string): Message[] => [{ role: 'user', content: `Repeat this word and write nothing else: ${word}` }];
  const words = await labelWords(task.words, async (word) => given(await chat.top(repeat(word), top, signal, RETRIES)));
  const tops = await Promise.all(task.samples.map((text) => ask(text, top)));
  return { top, reported: shareReported(tops, words, 'answer'), open: () => new ChatModel(chat, words, top) };
}

async function tryAnswers(
  completions: Completions,
  chat: Chat,
  task: ProbeTask,
  settings: ServerSettings,
  signal?: AbortSignal,
): Promise<TextModel> {
  const reader = new AnswerReader(task.words, task.labels, settings.answer);
  const { maxTokens } = settings;
  const identity = [...chat.identity, 'answer', maxTokens, settings.answer ?? '', task.words, task.labels];
  const inChat = new AnswerModel(
    identity,
    reader,
    async (text, signal) => (await chat.ask(chat.messages(text), { maxTokens }, signal)).text,
    () => chat.meter.mean,
  );
  const failure = await attempt(inChat.score(task.samples.slice(0, 1), signal));
  if (!(failure instanceof ServerError)) return inChat;
  // A plain language model without a chat template.
  const inText = new AnswerModel(
    ['text', ...identity],
    reader,
    async (text, signal) => (await completions.ask([text], { maxTokens }, signal))[0]!.text,
    () => completions.meter.mean,
  );
  const other = await attempt(inText.score(task.samples.slice(0, 1), signal));
  if (other instanceof ServerError) throw failure;
  return inText;
}

/** The most log-probabilities that a server gives at a place. */
async function mostTokens(ask: AskTop, text: string, wanted: number | undefined): Promise<number> {
  const tops = wanted === undefined ? TOPS : [wanted, ...TOPS.filter((top) => top < wanted)];
  for (const [i, top] of tops.entries()) {
    try {
      const tokens = await ask(text, top);
      if (tokens.length < 2)
        throw new ServerError('model', 'The server reports no log-probabilities beside the one of the token it writes.');
      // Some servers give fewer without a word. Two tokens of the same text may be told as one: that is no limit.
      return tokens.length < top / 2 ? (TOPS.find((limit) => limit <= tokens.length) ?? tokens.length) : top;
    } catch (error) {
      // Too many asked: ask for fewer. A server that is given an odd request may also fail with 500.
      const again = error instanceof ServerError && ['request', 'broken'].includes(error.failure) && i + 1 < tops.length;
      if (!again) throw error;
    }
  }
  throw new Error('unreachable: the last attempt returns or throws');
}

function given(top: readonly TopToken[] | undefined): readonly TopToken[] {
  if (top === undefined) throw new ServerError('model', 'The server gives no log-probabilities.');
  return top;
}

/** @throws ServerError when two words begin with the same token */
async function labelWords(words: readonly string[], likely: (word: string) => Promise<readonly TopToken[]>): Promise<LabelWord[]> {
  const found = await Promise.all(words.map(async (word) => ({ word, first: firstToken(word, await likely(word)) ?? word })));
  for (const [i, { word, first }] of found.entries()) {
    const other = found.slice(0, i).find((earlier) => fold(earlier.first) === fold(first));
    if (other)
      throw new ServerError(
        'request',
        `The label words ${JSON.stringify(other.word)} and ${JSON.stringify(word)} begin with the same token of this model (${JSON.stringify(first)}), so its log-probabilities cannot tell them apart. Choose other words in "labels", or "server": { "scoring": "answer" }.`,
        { field: ['labels'] },
      );
  }
  return found;
}

/** Places where nothing at all was reported say nothing of the words. */
function shareReported(tops: readonly (readonly TopToken[])[], words: readonly LabelWord[], place: 'text' | 'answer'): number {
  const reports = tops.filter((top) => top.length > 0);
  if (reports.length === 0) return 0;
  const missing = reports.reduce((sum, top) => sum + scoreWords(top, words, place).missing, 0);
  return 1 - missing / (reports.length * words.length);
}

/** How many texts a server takes in one request: several only if their answers come back right, in order. */
async function batchSize(
  completions: Completions,
  samples: readonly string[],
  alone: readonly (readonly TopToken[])[],
  top: number,
  wanted: number | undefined,
  signal?: AbortSignal,
): Promise<number> {
  if (wanted === 1 || samples.length < 2) return wanted ?? 1;
  const together = await attempt(completions.tops(samples, top, signal, 0));
  if (together instanceof ServerError) return 1;
  return together.every((tokens = [], i) => alike(tokens, alone[i]!)) ? (wanted ?? BATCH) : 1;
}

/** Whether two lists of tokens are of the same place: the likeliest one of each is as likely in the other, to the noise of batching. */
function alike(a: readonly TopToken[], b: readonly TopToken[]): boolean {
  const best = [...a].sort((x, y) => y.logprob - x.logprob)[0];
  const other = b.find(({ text }) => text === best?.text);
  return best !== undefined && other !== undefined && Math.abs(best.logprob - other.logprob) < 0.1;
}
