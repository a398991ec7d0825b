import type { ServerSettings } from '../../task/schema';
import { AnswerReader } from './answer';
import { AnswerModel } from './answerModel';
import { Chat, ChatModel, defaultSystemMessage } from './chat';
import type { Choice, TopToken } from './choices';
import type { Client } from './client';
import { askCompletions, CompletionModel } from './completions';
import { firstToken, fold, scoreWords, type LabelWord } from './labelWords';
import { ServerError } from './serverError';
import { TokenMeter, type TextModel } from './textModel';

export interface ProbeTask {
  readonly words: readonly string[];
  readonly labels: readonly string[];
  /** A few filled-in texts without a prompt. */
  readonly samples: readonly string[];
}

/** Numbers of log-probabilities to ask for, most first: llama.cpp gives any, vLLM and chats 20 by default, OpenAI's completions 5. */
const TOPS = [100, 20, 5, 2];
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
  const chat = new Chat(client, model, settings.systemMessage ?? defaultSystemMessage(task.words));
  const wanted = settings.scoring;
  const tried: string[] = [];
  const found: Found[] = [];
  for (const way of ['completion-logprobs', 'chat-logprobs'] as const) {
    if (wanted !== 'auto' && wanted !== way) continue;
    const result = await attempt(
      way === 'completion-logprobs' ? tryCompletions(client, model, task, settings, signal) : tryChat(chat, task, settings, signal),
    );
    if (result instanceof ServerError) tried.push(`${way}: ${result.message}`);
    else found.push(result);
    if (found.at(-1) !== undefined && found.at(-1)!.reported >= 0.5) break;
  }
  const best = found.sort((a, b) => b.reported - a.reported)[0];
  if (best && (best.reported > 0 || wanted !== 'auto')) return best.open();
  if (best) tried.push(`its ${best.top} likeliest tokens held no label word in any of ${task.samples.length} texts`);
  if (wanted === 'auto' || wanted === 'answer') {
    const result = await attempt(tryAnswers(client, chat, task, settings, signal));
    if (!(result instanceof ServerError)) return result;
    tried.push(`answer: ${result.message}`);
  }
  throw new ServerError('model', `The model ${JSON.stringify(model)} on ${client.url} cannot be scored in any way. ${tried.join(' ')}`);
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

type Ask = (text: string, top: number) => Promise<Choice>;

async function tryCompletions(
  client: Client,
  model: string,
  task: ProbeTask,
  settings: ServerSettings,
  signal?: AbortSignal,
): Promise<Found> {
  const ask: Ask = async (text, top) =>
    (await askCompletions(client, model, [text], { maxTokens: 1, top }, undefined, signal, RETRIES))[0]!;
  // A model that has just read a word many times expects it again: its first token shows how the tokenizer splits it.
  const again = (word: string): string => Array<string>(6).fill(word.trim()).join(' ');
  const top = await mostTokens(ask, again(task.words[0]!), settings.topLogprobs);
  const words = await labelWords(task.words, async (word) => reported(await ask(again(word), top)));
  const answers = await Promise.all(task.samples.map((text) => ask(text, top)));
  const open = async (): Promise<TextModel> => {
    const batch = await batchSize(client, model, task.samples, answers, top, settings.promptBatch, signal);
    return new CompletionModel(client, model, words, top, batch);
  };
  return { top, reported: shareReported(answers, words, 'text'), open };
}

async function tryChat(chat: Chat, task: ProbeTask, settings: ServerSettings, signal?: AbortSignal): Promise<Found> {
  const ask: Ask = (text, top) => chat.ask(chat.messages(text), { maxTokens: 1, top }, signal, RETRIES);
  const top = await mostTokens(ask, task.samples[0]!, settings.topLogprobs ?? 20);
  const repeat = (word: string): Promise<Choice> =>
    chat.ask([{ role: 'user', content: `Repeat this word and write nothing else: ${word}` }], { maxTokens: 1, top }, signal, RETRIES);
  const words = await labelWords(task.words, async (word) => reported(await repeat(word)));
  const answers = await Promise.all(task.samples.map((text) => ask(text, top)));
  return { top, reported: shareReported(answers, words, 'answer'), open: () => new ChatModel(chat, words, top) };
}

async function tryAnswers(client: Client, chat: Chat, task: ProbeTask, settings: ServerSettings, signal?: AbortSignal): Promise<TextModel> {
  const reader = new AnswerReader(task.words, task.labels, settings.answer);
  const { maxTokens } = settings;
  const identity = [...chat.identity, 'answer', maxTokens, settings.answer ?? '', task.words, task.labels];
  const inChat = new AnswerModel(
    identity,
    reader,
    async (text, signal) => (await chat.ask(chat.messages(text), { maxTokens }, signal)).text,
    () => chat.meter.mean,
  );
  const meter = new TokenMeter();
  const inText = new AnswerModel(
    ['text', ...identity],
    reader,
    async (text, signal) => (await askCompletions(client, chat.model, [text], { maxTokens }, meter, signal))[0]!.text,
    () => meter.mean,
  );
  const failure = await attempt(inChat.score(task.samples.slice(0, 1), signal));
  if (!(failure instanceof ServerError)) return inChat;
  // A plain language model without a chat template.
  const other = await attempt(inText.score(task.samples.slice(0, 1), signal));
  if (other instanceof ServerError) throw failure;
  return inText;
}

/** The most log-probabilities that a server gives at a place. */
async function mostTokens(ask: Ask, text: string, wanted: number | undefined): Promise<number> {
  const tops = wanted === undefined ? TOPS : [wanted, ...TOPS.filter((top) => top < wanted)];
  for (const [i, top] of tops.entries()) {
    try {
      const tokens = reported(await ask(text, top));
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

function reported(choice: Choice): readonly TopToken[] {
  if (choice.top === undefined) throw new ServerError('model', 'The server gives no log-probabilities.');
  return choice.top;
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

function shareReported(answers: readonly Choice[], words: readonly LabelWord[], place: 'text' | 'answer'): number {
  const missing = answers.reduce((sum, { top }) => sum + scoreWords(top ?? [], words, place).missing, 0);
  return 1 - missing / (answers.length * words.length);
}

/** How many texts a server takes in one request: several only if their answers come back right, in order. */
async function batchSize(
  client: Client,
  model: string,
  samples: readonly string[],
  alone: readonly Choice[],
  top: number,
  wanted: number | undefined,
  signal?: AbortSignal,
): Promise<number> {
  if (wanted === 1 || samples.length < 2) return wanted ?? 1;
  const together = await attempt(askCompletions(client, model, samples, { maxTokens: 1, top }, undefined, signal, 0));
  if (together instanceof ServerError) return 1;
  const same = together.every(({ top: tokens = [] }, i) => alike(tokens, alone[i]!.top ?? []));
  return same ? (wanted ?? BATCH) : 1;
}

/** Whether two lists of tokens are of the same place: the likeliest one of each is as likely in the other, to the noise of batching. */
function alike(a: readonly TopToken[], b: readonly TopToken[]): boolean {
  const best = [...a].sort((x, y) => y.logprob - x.logprob)[0];
  const other = b.find(({ text }) => text === best?.text);
  return best !== undefined && other !== undefined && Math.abs(best.logprob - other.logprob) < 0.1;
}
