import { z } from 'zod';
import { Deadline } from '../model/http';
import { MeanState } from '../model/local/meanState';
import { readModel } from '../model/local/modelFolder';
import { AnswerStore } from '../model/server/answerStore';
import { Embeddings } from '../model/server/embeddings';
import { ServerError } from '../model/server/serverError';
import type { MetricEntry } from '../spec/generation';
import { EDITOR_SCHEME, isTextModel } from '../spec/scheme';
import { word, worded } from '../wording/wording';
import { expectations } from './comparison';
import { MetricProblem, shown, type MetricContext, type MetricTask, type Opening } from './entry';
import { judgeNotes, judgeServerSchema, tryServer } from './judge/judgeServer';
import type { Metric, MetricRow } from './metric';
import { Similarity, type Embedded, type Embedder } from './similarity';

const LOCAL = 'bundled:causal';
const texts = z.union([z.string(), z.array(z.string()).min(1)]);
const schema = z.union([
  texts.optional().transform((texts) => ({ model: LOCAL, texts, server: judgeServerSchema.parse({}) })),
  z.strictObject({ model: z.string().min(1).default(LOCAL), texts: texts.optional(), server: judgeServerSchema.prefault({}) }),
]);

/** Texts in one request to a server. */
const PER_REQUEST = 32;

/** The cosine between the output and the closest of the expected texts, as a model embeds them; 0 where it is negative. @throws MetricProblem */
export function similar(entry: MetricEntry, task: MetricTask): Opening {
  const { value } = entry;
  const { data } = schema.safeParse(value);
  if (!data || data.model.startsWith(EDITOR_SCHEME)) throw new MetricProblem('value', worded('metric.notSimilar', { found: shown(value) }));
  const expected = expectations({ ...entry, value: data.texts }, task);
  return (context) => (isTextModel(data.model) ? byServer(data, expected, context) : byLocalModel(data, expected, context));
}

type Settings = z.output<typeof schema>;
type Expected = (row: MetricRow) => readonly string[];

async function byLocalModel(data: Settings, expected: Expected, context: MetricContext): Promise<Metric> {
  const model = await readModel(data.model, context.folder);
  const states = await MeanState.open(model, context.compute);
  const embed: Embedder = async (texts, signal) => {
    const found: Embedded[] = [];
    for (const text of texts) {
      signal?.throwIfAborted();
      found.push((await states.of(text)) ?? { problem: word('metric.noDirection') });
    }
    return found;
  };
  const similarity = new Similarity(embed, expected);
  return {
    key: JSON.stringify(['similar', 'local', model.hash, data.texts ?? null]),
    score: (cases, signal) => similarity.score(cases, signal),
    release: () => states.release(),
  };
}

async function byServer(data: Settings, expected: Expected, context: MetricContext): Promise<Metric> {
  const {
    model: embeddings,
    name,
    cacheFolder,
    pace,
  } = await tryServer(
    data,
    context,
    (client, model) => new Embeddings(client, model),
    (model, text) => model.embed([text], context.access.signal),
  );
  const key = ['embeddings', ...embeddings.identity];
  const store = AnswerStore.open(cacheFolder, key);
  const { judgeCalls: calls } = context;
  const place = context.path.join('.');
  const similarity = new Similarity((texts, signal) => embedOn(embeddings, texts, signal), expected, store, { place, calls });
  return {
    key: JSON.stringify(['similar', ...key, data.texts ?? null]),
    score: (cases, signal) => similarity.score(cases, signal),
    pace: pace(embeddings.count.perText, (context.samples[0] ?? '').length / 4),
    notes: () => judgeNotes(name, calls.by(place), calls.most, similarity.fromStore, store),
  };
}

/** A request that a server fails for good fails its texts. @throws ServerError that every request would meet */
async function embedOn(embeddings: Embeddings, texts: readonly string[], outer: AbortSignal | undefined): Promise<readonly Embedded[]> {
  const requests = new Deadline(undefined, outer);
  const parts = Array.from({ length: Math.ceil(texts.length / PER_REQUEST) }, (_, i) =>
    texts.slice(i * PER_REQUEST, (i + 1) * PER_REQUEST),
  );
  try {
    const found = await Promise.all(
      parts.map(async (part): Promise<readonly Embedded[]> => {
        try {
          return await embeddings.embed(part, requests.signal);
        } catch (error) {
          if (!(error instanceof ServerError) || error.lasting) throw error;
          return part.map(() => ({ problem: error.message }));
        }
      }),
    );
    return found.flat();
  } finally {
    requests.stop();
  }
}
