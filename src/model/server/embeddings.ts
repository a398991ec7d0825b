import { CodedError } from '../../wording/wording';
import type { Client } from './client';
import { lengthOf, TokenCount } from './tokenCount';

/** A model behind `/embeddings`. */
export class Embeddings {
  readonly count = new TokenCount();

  constructor(
    private readonly client: Client,
    private readonly model: string,
  ) {}

  get identity(): readonly unknown[] {
    return [this.client.url, this.model];
  }

  /** One vector for each text, in one request. @throws ServerError */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const read = (answer: unknown): Float32Array[] => {
      const vectors = readVectors(answer, texts.length);
      this.count.add(answer, texts.length, () => lengthOf(texts));
      return vectors;
    };
    return this.client.request('/embeddings', { model: this.model, input: texts }, read, { signal });
  }
}

function readVectors(answer: unknown, count: number): Float32Array[] {
  const data = (answer as { data?: unknown } | null)?.data;
  if (!Array.isArray(data) || data.length !== count)
    throw new CodedError('server.embeddingCount', { found: Array.isArray(data) ? data.length : 0, texts: count });
  const vectors: Float32Array[] = [];
  (data as { embedding?: unknown; index?: unknown }[]).forEach(({ embedding, index }, i) => {
    if (!Array.isArray(embedding) || embedding.length === 0 || !embedding.every((x) => Number.isFinite(x)))
      throw new CodedError('server.noEmbedding');
    vectors[typeof index === 'number' ? index : i] = Float32Array.from(embedding as number[]);
  });
  const size = vectors[0]?.length;
  if (Object.keys(vectors).length !== count || vectors.length !== count || vectors.some(({ length }) => length !== size))
    throw new CodedError('server.noEmbedding');
  return vectors;
}
