import { listFiles, modelInfo } from '@huggingface/hub';
import type { HubConnection } from './connection';
import { printable } from './failures';
import { HubError } from './hubError';
import { isCommit, isInside, type HubReference } from './reference';

/** A file as the hub lists it. */
export interface ListedFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** git's SHA-1 of the blob: of the file itself, or of its pointer if the file is in large storage. */
  readonly oid: string;
  /** SHA-256 of a file in large storage. */
  readonly sha256: string | undefined;
}

/** What the hub says about a model at one revision. */
interface Listing {
  readonly commit: string;
  /** Whether the files may be closed to us: the model is gated or private. */
  readonly restricted: boolean;
  /** The front matter of the model's card. */
  readonly card: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly files: readonly ListedFile[];
}

/** Asks the hub about a model and its files. The answer is not trusted: hashes and paths become names on this disk. @throws HubError */
export async function askListing({ model, revision }: HubReference, connection: HubConnection): Promise<Listing> {
  const call = { hubUrl: connection.settings.endpoint, fetch: connection.fetch };
  try {
    const info = await modelInfo({ name: model, revision, additionalFields: ['sha', 'cardData', 'tags'], ...call });
    const { sha, cardData, tags } = info as { sha?: unknown; cardData?: unknown; tags?: unknown };
    if (typeof sha !== 'string' || !isCommit(sha)) throw new StrangeAnswer('commit');
    const files: ListedFile[] = [];
    for await (const entry of listFiles({ repo: model, revision: sha, recursive: true, ...call }))
      if (entry.type === 'file') files.push(listedFile(entry));
    return {
      commit: sha,
      restricted: Boolean(info.gated) || info.private,
      card: typeof cardData === 'object' && cardData !== null ? (cardData as Record<string, unknown>) : {},
      tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
      files,
    };
  } catch (error) {
    if (!(error instanceof StrangeAnswer || error instanceof SyntaxError || error instanceof TypeError)) throw error;
    const strange = error instanceof StrangeAnswer ? error : undefined;
    throw new HubError('hub.notAHub', [{ endpoint: connection.settings.endpoint, wrong: strange?.wrong, path: strange?.path }], {
      cause: error,
    });
  }
}

/** An answer that breaks the hub's protocol. */
class StrangeAnswer extends Error {
  constructor(
    readonly wrong: 'commit' | 'path' | 'size' | 'hash',
    readonly path?: string,
  ) {
    super(wrong);
  }
}

function listedFile(entry: { path?: unknown; size?: unknown; oid?: unknown; lfs?: { oid?: unknown; size?: unknown } }): ListedFile {
  const { path, oid, lfs } = entry;
  const size = lfs ? lfs.size : entry.size;
  const sha256 = lfs?.oid;
  if (typeof path !== 'string' || !isInside(path)) throw new StrangeAnswer('path');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw new StrangeAnswer('size', path);
  if (typeof oid !== 'string' || !isCommit(oid)) throw new StrangeAnswer('hash', path);
  if (lfs === undefined) return { path, size, oid, sha256: undefined };
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw new StrangeAnswer('hash', path);
  return { path, size, oid, sha256 };
}

/** The license that the model's card states, otherwise its tags, fit for display; undefined when neither does. */
export function statedLicense({ card, tags }: Listing): string | undefined {
  const texts = (value: unknown): string[] =>
    [value].flat().filter((text): text is string => typeof text === 'string' && text.trim() !== '');
  const named = texts(card.license);
  const names = named.length > 0 ? named : tags.filter((tag) => tag.startsWith('license:')).map((tag) => tag.slice('license:'.length));
  if (names.length === 0) return undefined;
  const more = [...texts(card.license_name), ...texts(card.license_link)];
  return printable(names.join(', ') + (more.length > 0 ? ` (${more.join(', ')})` : '')).slice(0, 300);
}
