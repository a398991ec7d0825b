import type { ServerSettings } from '../../spec/schema';
import { word as wording } from '../../wording/wording';
import { answerModel, AnswerReader } from './answer';
import { Chat, chatMessages, defaultSystemMessage } from './chat';
import type { TopToken } from './choices';
import type { Client } from './client';
import { Completions } from './endpoint';
import { fold } from './fold';
import { firstToken, logprobModel, scoreWords, type LabelWord, type Place } from './labelWords';
import { ServerError } from './serverError';
import type { Sent, TextModel } from './textModel';

export interface ProbeTask {
  readonly words: readonly string[];
  readonly labels: readonly string[];
  /** A few filled-in templates: texts, or chats. */
  readonly samples: readonly Sent[];
}

/** Numbers of log-probabilities to ask for, largest first: llama.cpp reports any number, vLLM and chats 20 by default, OpenAI's completions 5. */
const TOPS = [100, 20, 5, 2];
/** For a server that reports any number, when label words are not among the first hundred. */
const DEEP = 1000;
/** Texts in a request when a server takes several and the spec gives no number. */
const BATCH = 16;
/** The probe has less patience with a failing server than a run. */
const RETRIES = 1;

/** Finds a way of scoring that works on a server, and how well: the first that reports most label words. @throws ServerError */
export async function probe(
  client: Client,
  model: string,
  task: ProbeTask,
  settings: ServerSettings,
  signal?: AbortSignal,
): Promise<TextModel> {
  const completions = new Completions(client, model);
  const texts = task.samples.filter((sample) => typeof sample === 'string');
  const isChat = texts.length < task.samples.length;
  const chat = new Chat(client, model, isChat ? undefined : (settings.systemMessage ?? defaultSystemMessage(task.words)));
  const probing: Probing = { ...task, texts, completions, chat, settings, signal };
  const wanted = settings.scoring;
  const tried: string[] = [];
  let best: Found | undefined;
  for (const [way, scoring] of Object.entries({ 'completion-logprobs': tryCompletions, 'chat-logprobs': tryChat })) {
    if ((wanted !== 'auto' && wanted !== way) || (isChat && way === 'completion-logprobs')) continue;
    const found = await attempt(scoring(probing));
    if (found instanceof ServerError) tried.push(`${way}: ${found.message}`);
    else if (!best || found.reported > best.reported) best = found;
    if (best && best.reported >= 0.5) break;
  }
  if (best && (best.reported > 0 || wanted !== 'auto')) return best.open();
  if (best) tried.push(wording('server.noWordReported', { top: best.top, texts: task.samples.length }));
  if (wanted === 'auto' || wanted === 'answer') {
    const found = await attempt(tryAnswers(probing));
    if (!(found instanceof ServerError)) return found;
    tried.push(`answer: ${found.message}`);
  }
  throw client.error('model', 'server.notScorable', { model, tried });
}

interface Probing extends ProbeTask {
  /** The samples that are texts: none of a chat. */
  readonly texts: readonly string[];
  readonly completions: Completions;
  readonly chat: Chat;
  readonly settings: ServerSettings;
  readonly signal: AbortSignal | undefined;
}

interface Found {
  readonly top: number;
  /** Share of the label words that were among the reported tokens. */
  readonly reported: number;
  open(): TextModel | Promise<TextModel>;
}

/** A way that does not work is a result too; a server that is down, busy or refuses the key is not. */
async function attempt<T>(way: Promise<T>): Promise<T | ServerError> {
  try {
    return await way;
  } catch (error) {
    if (error instanceof ServerError && ['request', 'broken', 'model', 'blocked'].includes(error.failure)) return error;
    throw error;
  }
}

/** The likeliest tokens after a text. @throws ServerError when the server reports none */
type AskTop<S extends Sent = string> = (text: S, top: number) => Promise<readonly TopToken[]>;

async function tryCompletions(probing: Probing): Promise<Found> {
  const { completions, settings, signal, texts: samples } = probing;
  const ask: AskTop = async (text, top) => given((await completions.tops([text], top, signal, RETRIES))[0]);
  // A model that has just read a word many times expects it again: its first token shows how the tokenizer splits it.
  const again = (word: string): string => Array<string>(6).fill(word.trim()).join(' ');
  const top = await mostTokens(ask, again(probing.words[0]!), settings.topLogprobs);
  const words = await labelWords(probing.words, (word) => ask(again(word), top));
  const look = async (deep: number): Promise<Found> => {
    const tops = await Promise.all(samples.map((text) => ask(text, deep)));
    const open = async (): Promise<TextModel> => {
      const about = {
        identity: [completions.client.url, completions.model, 'completion-logprobs', deep, words],
        batch: await batchSize(probing, tops, deep),
        how: wording('server.byCompletion', { top: deep }),
        call: () => ({ way: 'completion-logprobs' as const, ...completions.call, top: deep, firsts: firstsOf(words) }),
        count: completions.count,
      };
      return logprobModel(about, words, 'text', (texts, signal) => completions.tops(texts as readonly string[], deep, signal));
    };
    return { top: deep, reported: shareReported(tops, words, 'text'), open };
  };
  const found = await look(top);
  if (found.reported === 1 || top !== TOPS[0] || settings.topLogprobs !== undefined) return found;
  const deeper = await attempt(look(DEEP));
  return deeper instanceof ServerError || deeper.reported <= found.reported ? found : deeper;
}

async function tryChat({ chat, settings, signal, samples, ...task }: Probing): Promise<Found> {
  const ask: AskTop<Sent> = async (text, top) => given(await chat.top(chat.messages(text), top, signal, RETRIES));
  const top = await mostTokens(ask, samples[0]!, settings.topLogprobs ?? 20);
  const repeat = (word: string) => chatMessages('', `Repeat this word and write nothing else: ${word}`);
  const words = await labelWords(task.words, async (word) => given(await chat.top(repeat(word), top, signal, RETRIES)));
  const tops = await Promise.all(samples.map((text) => ask(text, top)));
  const about = {
    identity: [...chat.identity, 'chat-logprobs', top, words],
    batch: 1,
    how: wording('server.byChat', { top }),
    call: () => ({ way: 'chat-logprobs' as const, ...chat.call, top, firsts: firstsOf(words) }),
    count: chat.count,
  };
  const open = (): TextModel =>
    logprobModel(about, words, 'answer', (texts, signal) => Promise.all(texts.map((text) => chat.top(chat.messages(text), top, signal))));
  return { top, reported: shareReported(tops, words, 'answer'), open };
}

async function tryAnswers({ completions, chat, settings, signal, words, labels, samples, texts }: Probing): Promise<TextModel> {
  const reader = new AnswerReader(words, labels, settings.answer);
  const { maxTokens } = settings;
  const identity = [...chat.identity, 'answer', maxTokens, settings.answer ?? '', words, labels];
  const inChat = async (text: Sent, signal?: AbortSignal) => (await chat.ask(chat.messages(text), { maxTokens, signal })).text;
  const inText = async (text: Sent, signal?: AbortSignal) => (await completions.ask([text as string], { maxTokens, signal }))[0]!.text;
  const read = { maxTokens, ...(settings.answer !== undefined && { pattern: settings.answer }) };
  const ways = [
    answerModel(identity, reader, inChat, chat.count, () => ({ way: 'chat-answer', ...chat.call, ...read })),
    // A plain language model without a chat template.
    ...(texts.length > 0
      ? [
          answerModel(['text', ...identity], reader, inText, completions.count, () => ({
            way: 'text-answer',
            ...completions.call,
            ...read,
          })),
        ]
      : []),
  ];
  const failures: ServerError[] = [];
  for (const way of ways) {
    const scored = await attempt(way.score(samples.slice(0, 1), signal));
    if (!(scored instanceof ServerError)) return way;
    failures.push(scored);
  }
  throw failures[0]!;
}

/** The most log-probabilities that a server reports at a place. */
async function mostTokens<S extends Sent>(ask: AskTop<S>, text: S, wanted: number | undefined): Promise<number> {
  const tops = wanted === undefined ? TOPS : [wanted, ...TOPS.filter((top) => top < wanted)];
  for (const [i, top] of tops.entries()) {
    try {
      const tokens = await ask(text, top);
      if (tokens.length < 2) throw new ServerError('model', 'server.oneLogprob', []);
      // Some servers report fewer without saying so. Two tokens of the same text may be merged into one: that is no limit.
      return tokens.length < top / 2 ? (TOPS.find((limit) => limit <= tokens.length) ?? tokens.length) : top;
    } catch (error) {
      // Too many: ask for fewer. A server may also answer an odd request with 500.
      const again = error instanceof ServerError && ['request', 'broken'].includes(error.failure) && i + 1 < tops.length;
      if (!again) throw error;
    }
  }
  throw new Error('unreachable: the last attempt returns or throws');
}

function given(top: readonly TopToken[] | undefined): readonly TopToken[] {
  if (top === undefined) throw new ServerError('model', 'server.noLogprobs', []);
  return top;
}

function firstsOf(words: readonly LabelWord[]): string[] {
  return words.map(({ first }) => first);
}

/** @throws ServerError when two words begin with the same token */
async function labelWords(words: readonly string[], likely: (word: string) => Promise<readonly TopToken[]>): Promise<LabelWord[]> {
  const found = await Promise.all(words.map(async (word) => ({ word, first: firstToken(word, await likely(word)) ?? word })));
  for (const [i, { word, first }] of found.entries()) {
    const other = found.slice(0, i).find((earlier) => fold(earlier.first) === fold(first));
    if (other)
      throw new ServerError('request', 'server.sameFirstToken', [{ words: [other.word, word], token: first }], { field: ['labels'] });
  }
  return found;
}

/** Places where nothing was reported at all say nothing about the words. */
function shareReported(tops: readonly (readonly TopToken[])[], words: readonly LabelWord[], place: Place): number {
  const reports = tops.filter((top) => top.length > 0);
  if (reports.length === 0) return 0;
  const missing = reports.reduce((sum, top) => sum + scoreWords(top, words, place).missing, 0);
  return 1 - missing / (reports.length * words.length);
}

/** How many texts a server takes in one request: several only if their answers come back correct and in order. */
async function batchSize({ completions, texts: samples, settings, signal }: Probing, alone: readonly (readonly TopToken[])[], top: number) {
  const wanted = settings.promptBatch;
  if (wanted === 1 || samples.length < 2) return wanted ?? 1;
  const together = await attempt(completions.tops(samples, top, signal, 0));
  if (together instanceof ServerError) return 1;
  return together.every((tokens = [], i) => alike(tokens, alone[i]!)) ? (wanted ?? BATCH) : 1;
}

/** Whether two lists of tokens belong to the same place: the likeliest token of one is as likely in the other, up to the noise of batching. */
function alike(a: readonly TopToken[], b: readonly TopToken[]): boolean {
  const best = [...a].sort((x, y) => y.logprob - x.logprob)[0];
  const other = b.find(({ text }) => text === best?.text);
  return best !== undefined && other !== undefined && Math.abs(best.logprob - other.logprob) < 0.1;
}
