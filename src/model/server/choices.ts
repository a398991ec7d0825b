/** A token that the model might have said next, with its log-probability. */
export interface TopToken {
  readonly text: string;
  readonly logprob: number;
}

/** What a server answers to one text. */
export interface Choice {
  /** What the model wrote. */
  readonly text: string;
  /** The likeliest first tokens of what it wrote; undefined when the server gives no log-probabilities. */
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
 * @throws Error saying what is missing
 */
export function readChoices(answer: unknown, count: number): Choice[] {
  const raw = (answer as { choices?: unknown } | null)?.choices;
  if (!Array.isArray(raw)) throw new Error('it has no "choices"');
  if (raw.length !== count) throw new Error(`it has ${raw.length} choices for ${count} ${count === 1 ? 'text' : 'texts'}`);
  const choices = raw as RawChoice[];
  const places = choices.map(({ index }, i) => (count > 1 && typeof index === 'number' ? index : i));
  if (places.some((place) => place < 0 || place >= count) || new Set(places).size !== count)
    throw new Error(`its choices are numbered ${places.join(', ')} for ${count} texts`);
  const result: Choice[] = [];
  choices.forEach((choice, i) => (result[places[i]!] = readChoice(choice)));
  return result;
}

function readChoice(choice: RawChoice): Choice {
  const text = typeof choice.text === 'string' ? choice.text : choice.message?.content;
  if (typeof text !== 'string' && text !== null) throw new Error('a choice has no text');
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
  if (Array.isArray(logprobs.top_logprobs)) {
    const first = (logprobs.top_logprobs as (Record<string, unknown> | null)[])[0];
    return first === undefined || first === null ? [] : Object.entries(first).map(([token, logprob]) => tokenOf(token, logprob));
  }
  return undefined;
}

/** Some servers show a leading space as their tokenizer writes it: Ġ (byte-level) or ▁ (SentencePiece). */
function tokenOf(token: unknown, logprob: unknown): TopToken {
  if (typeof token !== 'string' || typeof logprob !== 'number' || Number.isNaN(logprob))
    throw new Error('a log-probability lacks its token or its number');
  return { text: token.replace(/^[Ġ▁]/, ' '), logprob };
}

/** Tokens of the texts that a server read, where it says so. */
export function readUsage(answer: unknown): number | undefined {
  const tokens = (answer as { usage?: { total_tokens?: unknown } } | null)?.usage?.total_tokens;
  return typeof tokens === 'number' && tokens > 0 ? tokens : undefined;
}

/** Draws until another token than the end of the text is hoped for. */
const DRAWS = 8;

/**
 * Some servers report nothing where the likeliest token is the end of the text. Drawn at temperature 1 another token
 * comes, sooner or later; the probabilities at the place are the same.
 */
export async function drawn(found: Choice['top'], again: () => Promise<Choice['top']>): Promise<Choice['top']> {
  let top = found;
  for (let times = 0; times < DRAWS && top?.length === 0; times++) top = await again();
  return top;
}
