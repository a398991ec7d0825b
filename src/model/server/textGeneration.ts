import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { generationOf } from '../../spec/schema';
import type { Access, OpenGenerator, TaskNeeds } from '../door';
import type { GenerationSettings } from '../generator';
import { realClock } from '../http';
import type { LmTokenizer } from '../local/tokenizer/tokenizer';
import { AnswerStore } from './answerStore';
import type { Client } from './client';
import { EDITOR_SCHEME } from '../../spec/scheme';
import { editorName } from './editorModel';
import { EditorWriter } from './editorWriter';
import { connect, serverAccess } from './openServer';
import { secondsOf } from './opening';
import { ServerError } from './serverError';
import { ServerGenerator } from './serverGenerator';
import { keyOf, type Sent } from './textModel';
import { fillingOf } from './textTask';
import { TextWriter, type Way, type Writer } from './textWriter';

/** Texts that the rate is measured on. */
const MEASURED = 8;

/**
 * Opens a model on a server that generates texts. Its tokenizer is not known here, so prompts are ids of the policy's that
 * travel as their text. @throws TaskError, ModelError
 */
export async function openTextGeneration(
  { spec, samples: inputs, policy, mostQueries }: TaskNeeds,
  access: Access,
): Promise<OpenGenerator> {
  const { taskModel: reference, server } = spec;
  const { samples, topK, ...generation } = generationOf(spec);
  const settings: GenerationSettings = { ...generation, topK: topK ?? null };
  const { tokenizer } = policy;
  const { parts, prompts, fill } = fillingOf(spec, tokenizer);
  const clock = access.clock ?? realClock;
  const trial = inputs.slice(0, MEASURED).map((input) => fill(input, []));
  const { writer, identity, name, keyFrom } = await openWriter();
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  const store = AnswerStore.open(access.cacheFolder ?? join(spec.folder, '.rlprompt', 'cache'), identity);
  const generator = new ServerGenerator(
    `${hash}\n${JSON.stringify(spec.template)}`,
    fill,
    writer,
    store,
    settings,
    mostQueries * samples + MEASURED,
    server.concurrency,
  );
  const seconds = await secondsOf(access, identity, () => tryAll(trial.map((text) => writer.write(text, 1, 0, access.signal))));
  access.signal?.throwIfAborted();
  const counted = writer.count.perText;
  const length = trial.reduce((sum, text) => sum + keyOf(text).length, 0) / trial.length;
  return {
    generator,
    folder: { reference, hash, kind: 'causal', tokenizer },
    parts,
    warnings: [],
    context: undefined,
    pace: {
      name,
      queriesPerSecond: trial.length / seconds / samples,
      tokensPerQuery: samples * (counted ?? length / 4 + settings.maxTokens),
      tokensCounted: counted !== undefined,
      textsPerQuery: samples,
      keyFrom,
    },
    ...prompts,
    roundTrip: () => true,
    call: () => undefined,
    notes: () => generator.notes(),
  };

  async function openWriter(): Promise<Opened> {
    if (reference.startsWith(EDITOR_SCHEME)) {
      const length = { tokens: settings.maxTokens, cut: (text: string) => firstTokens(text, settings.maxTokens, tokenizer) };
      const writer = await EditorWriter.open(reference, server, access, length, clock, trial[0]!);
      return { writer, identity: [reference, server.systemMessage ?? null, settings], name: editorName(reference), keyFrom: undefined };
    }
    const { use, name, keyFrom } = await connect(reference, server, serverAccess(access), access.signal);
    const writer = await use((client, model) => findWay(client, model, server, settings, trial[0]!, samples, access.signal));
    return { writer, identity: [...writer.identity, settings], name, keyFrom };
  }
}

/** Waits for all. A text that fails by itself is no reason to give up, unless all do. */
async function tryAll(requests: readonly Promise<unknown>[]): Promise<void> {
  const failures = (await Promise.allSettled(requests)).flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const serious = failures.find((error) => !(error instanceof ServerError) || error.lasting);
  if (serious !== undefined || failures.length === requests.length) throw serious ?? failures[0];
}

interface Opened {
  readonly writer: Writer;
  /** All that a text depends on besides what is sent. */
  readonly identity: readonly unknown[];
  readonly name: string;
  readonly keyFrom: string | undefined;
}

function firstTokens(text: string, most: number, tokenizer: LmTokenizer): string {
  const ids = tokenizer.encode(text);
  return ids.length > most ? tokenizer.decode(ids.slice(0, most)) : text;
}

/** Completions where the server has them, else chats; and whether it gives several texts to one request. */
async function findWay(
  client: Client,
  model: string,
  { scoring, systemMessage }: TaskNeeds['spec']['server'],
  settings: GenerationSettings,
  text: Sent,
  samples: number,
  signal: AbortSignal | undefined,
): Promise<TextWriter> {
  const ways: readonly Way[] =
    typeof text !== 'string'
      ? ['chat']
      : scoring === 'completion-logprobs'
        ? ['completions']
        : scoring === 'chat-logprobs' || systemMessage !== undefined
          ? ['chat']
          : ['completions', 'chat'];
  const failures: ServerError[] = [];
  for (const way of ways) {
    const writer = new TextWriter(client, model, way, systemMessage, settings);
    try {
      const texts = await writer.write(text, Math.min(2, samples), 0, signal, 1);
      if (texts.length > 1) writer.perRequest = samples;
      return writer;
    } catch (error) {
      if (!(error instanceof ServerError) || !['request', 'broken', 'model', 'blocked'].includes(error.failure)) throw error;
      failures.push(error as ServerError);
    }
  }
  throw failures[0]!;
}
