import { CodedError } from '../../wording/wording';

/** A candidate for the next token, with its log-probability. */
export interface TopToken {
  readonly text: string;
  readonly logprob: number;
}

/** A server's answer to one text. */
export interface Choice {
  /** What the model wrote. */
  readonly text: string;
  /** The likeliest first tokens of what it wrote; undefined when the server reports no log-probabilities. */
  readonly top: readonly TopToken[] | undefined;
}

interface RawToken {
  token?: unknown;
  logprob?: unknown;
  top_logprobs?: unknown;
}

interface RawChoice {
  index?: unknown;
  text?: unknown;
  message?: { content?: unknown };
  logprobs?: { top_logprobs?: unknown; content?: unknown } | null;
}

/**
 * Reads `choices` of a completion or a chat completion, one for each of `count` texts, in the order of the texts.
 *
 * Log-probabilities come in two shapes, whatever the address: OpenAI's legacy one (`top_logprobs: [{ token: number }]`:
 * vLLM, Ollama) and that of chats (`content: [{ top_logprobs: [{ token, logprob }] }]`: llama.cpp's completions too).
 * @throws CodedError saying what is missing
 */
export function readChoices(answer: unknown, count: number): Choice[] {
  const raw = (answer as { choices?: unknown } | null)?.choices;
  if (!Array.isArray(raw)) throw new CodedError('server.noChoices');
  if (raw.length !== count) throw new CodedError('server.choiceCount', { choices: raw.length, texts: count });
  const choices = raw as RawChoice[];
  const places = choices.map(({ index }, i) => (count > 1 && typeof index === 'number' ? index : i));
  if (places.some((place) => place < 0 || place >= count) || new Set(places).size !== count)
    throw new CodedError('server.choiceNumbers', { numbers: places, texts: count });
  const result: Choice[] = [];
  choices.forEach((choice, i) => (result[places[i]!] = readChoice(choice)));
  return result;
}

function readChoice(choice: RawChoice): Choice {
  const text = typeof choice.text === 'string' ? choice.text : choice.message?.content;
  if (typeof text !== 'string' && text !== null) throw new CodedError('server.choiceText');
  return { text: text ?? '', top: firstTokens(choice.logprobs) };
}

function firstTokens(logprobs: RawChoice['logprobs']): TopToken[] | undefined {
  if (logprobs === null || logprobs === undefined) return undefined;
  if (Array.isArray(logprobs.content)) {
    const first = (logprobs.content as RawToken[])[0];
    if (first === undefined) return [];
    const top = Array.isArray(first.top_logprobs) ? (first.top_logprobs as RawToken[]) : [];
    return (top.length > 0 ? top : [first]).map(({ token, logprob }) => tokenOf(token, logprob));
  }
  if (!Array.isArray(logprobs.top_logprobs)) return undefined;
  const first = (logprobs.top_logprobs as (Record<string, unknown> | null)[])[0];
  return Object.entries(first ?? {}).map(([token, logprob]) => tokenOf(token, logprob));
}

/** Some servers show a leading space as their tokenizer writes it: Ġ (byte-level) or ▁ (SentencePiece). */
function tokenOf(token: unknown, logprob: unknown): TopToken {
  if (typeof token !== 'string' || typeof logprob !== 'number' || Number.isNaN(logprob)) throw new CodedError('server.choiceToken');
  return { text: token.replace(/^[Ġ▁]/, ' '), logprob };
}

/** Tokens of the texts that a server read, if it reports them. */
export function readUsage(answer: unknown): number | undefined {
  const tokens = (answer as { usage?: { total_tokens?: unknown } } | null)?.usage?.total_tokens;
  return typeof tokens === 'number' && tokens > 0 ? tokens : undefined;
}

/** Draws before we give up on a token other than the end of the text. */
const DRAWS = 8;

/**
 * Some servers report nothing when the likeliest token is the end of the text. Drawing at temperature 1 sooner or later
 * gives another token; the reported probabilities are the same.
 */
export async function drawn(found: Choice['top'], again: () => Promise<Choice['top']>): Promise<Choice['top']> {
  let top = found;
  for (let times = 0; times < DRAWS && top?.length === 0; times++) top = await again();
  return top;
}
