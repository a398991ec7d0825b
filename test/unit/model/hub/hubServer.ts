import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { until } from '../../../until';

export interface Repository {
  commit: string;
  files: Record<string, Buffer | string>;
  /** Files kept in large storage: listed with a SHA-256 and served by the other host. */
  large?: string[];
  gated?: false | 'auto' | 'manual';
  private?: boolean;
  card?: Record<string, unknown>;
  tags?: string[];
  branches?: string[];
  /** Tokens that may read a gated or private model. */
  readers?: string[];
  /** Hashes and sizes that the listing should give instead of the true ones. */
  listed?: Record<string, { sha256?: string; size?: number }>;
}

export interface Seen {
  readonly host: 'hub' | 'storage';
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  status: number;
  /** Bytes of the body that were handed to the network. */
  bytes: number;
}

/** Answers instead of the server, once. */
export type Fault = (request: IncomingMessage, response: ServerResponse, content: Buffer | undefined, seen: Seen) => void;

/**
 * A hub on 127.0.0.1, and the other host that it sends large files to, as huggingface.co does: /api/models/…/revision/…, the
 * tree listing in pages, /resolve/ with ETag, X-Repo-Commit, X-Linked-Etag, X-Linked-Size and a redirect, ranges.
 */
export class HubServer {
  readonly seen: Seen[] = [];
  readonly repositories: Record<string, Repository> = {};
  /** Used up from the front, one for each request to that host whose URL matches. */
  readonly faults: { host: 'hub' | 'storage'; path: RegExp; fault: Fault }[] = [];
  pageSize = 3;
  endpoint = '';
  storage = '';
  private readonly servers: Server[] = [];

  static async start(repositories: Record<string, Repository> = {}): Promise<HubServer> {
    const server = new HubServer();
    Object.assign(server.repositories, repositories);
    server.endpoint = await server.listen('hub', (request, response, seen) => server.hub(request, response, seen));
    server.storage = await server.listen('storage', (request, response, seen) => server.stored(request, response, seen));
    onTestFinished(() => server.stop());
    return server;
  }

  stop(): void {
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  /** The next requests to a host, for URLs that match, are answered by these. */
  misbehave(host: 'hub' | 'storage', path: RegExp, ...faults: Fault[]): void {
    this.faults.push(...faults.map((fault) => ({ host, path, fault })));
  }

  /** Bytes of file contents that went out for a path. */
  served(path: RegExp, host: 'hub' | 'storage' = 'storage'): number {
    return this.seen.filter((s) => s.host === host && path.test(s.url)).reduce((sum, s) => sum + s.bytes, 0);
  }

  private async listen(host: 'hub' | 'storage', answer: (q: IncomingMessage, r: ServerResponse, seen: Seen) => void): Promise<string> {
    const server = createServer((request, response) => {
      const seen: Seen = { host, method: request.method!, url: request.url!, headers: request.headers, status: 0, bytes: 0 };
      this.seen.push(seen);
      response.on('close', () => (seen.status = response.statusCode));
      const at = this.faults.findIndex((f) => f.host === host && f.path.test(request.url!));
      if (at >= 0) this.faults.splice(at, 1)[0]!.fault(request, response, this.contentOf(request.url!), seen);
      else answer(request, response, seen);
    });
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  private hub(request: IncomingMessage, response: ServerResponse, seen: Seen): void {
    const url = new URL(request.url!, this.endpoint);
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\/(.+)$/.exec(url.pathname);
    const resolve = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const name = api?.[1] ?? resolve?.[1] ?? '';
    const repository = this.repositories[name];
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const reader = token !== undefined && (repository?.readers ?? []).includes(token);
    if (token === 'hf_expired') return fail(response, 401, undefined, 'Invalid credentials in Authorization header');
    if (!repository || (repository.private && !reader)) return fail(response, token ? 404 : 401, 'RepoNotFound', 'Repository not found');
    const revision = decodeURIComponent(api?.[3] ?? resolve?.[2] ?? '');
    if (![repository.commit, 'main', 'HEAD', ...(repository.branches ?? [])].includes(revision))
      return fail(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    if (api?.[2] === 'revision') return json(response, this.info(name, repository, url.searchParams.getAll('expand')));
    if (api?.[2] === 'tree') return this.tree(response, url, name, repository);
    const path = decodeURIComponent(resolve![3]!);
    const content = repository.files[path];
    if (content === undefined) return fail(response, 404, 'EntryNotFound', 'Entry not found');
    if (repository.gated && !reader)
      return token === undefined
        ? fail(response, 401, 'GatedRepo', `Access to model ${name} is restricted. You must be authenticated to access it.`)
        : fail(response, 403, 'GatedRepo', `Access to model ${name} is restricted and you are not in the authorized list.`);
    response.setHeader('x-repo-commit', repository.commit);
    if (!repository.large?.includes(path)) {
      response.setHeader('etag', `"${gitSha1(content)}"`);
      return sendRange(request, response, Buffer.from(content), seen);
    }
    response.setHeader('x-linked-etag', `"${sha256(content)}"`);
    response.setHeader('x-linked-size', Buffer.byteLength(content));
    response.writeHead(302, { location: `${this.storage}/${name}/${path}?Signature=secret-signature` }).end();
  }

  private info(name: string, repository: Repository, expand: string[]): object {
    const { commit, gated = false, private: hidden = false, card, tags = [], files } = repository;
    const all: Record<string, unknown> = {
      ...{ gated, private: hidden, sha: commit, cardData: card, tags, pipeline_tag: 'fill-mask', downloads: 1, likes: 2 },
      siblings: Object.keys(files).map((rfilename) => ({ rfilename })),
      lastModified: '2024-01-01T00:00:00.000Z',
    };
    const asked = expand.length > 0 ? expand : Object.keys(all);
    return { _id: '65a000000000000000000000', id: name, ...Object.fromEntries(asked.map((key) => [key, all[key]])) };
  }

  private tree(response: ServerResponse, url: URL, name: string, repository: Repository): void {
    const folders = new Set(Object.keys(repository.files).flatMap((path) => (path.includes('/') ? [path.split('/')[0]!] : [])));
    const entries: object[] = [
      ...[...folders].map((path) => ({ type: 'directory', oid: '0'.repeat(40), size: 0, path })),
      ...Object.entries(repository.files).map(([path, content]) => {
        const listed = repository.listed?.[path];
        const size = listed?.size ?? Buffer.byteLength(content);
        const lfs = { oid: listed?.sha256 ?? sha256(content), size, pointerSize: 134 };
        return {
          type: 'file',
          oid: gitSha1(content),
          size,
          path,
          ...(repository.large?.includes(path) ? { lfs, xetHash: 'f'.repeat(64) } : {}),
        };
      }),
    ];
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const next = from + this.pageSize;
    if (next < entries.length) {
      const after = new URL(`${this.endpoint}/api/models/${name}/tree/${repository.commit}?recursive=true&expand=false`);
      after.searchParams.set('cursor', String(next));
      response.setHeader('link', `<${after.href}>; rel="next"`);
    }
    json(response, entries.slice(from, next));
  }

  private stored(request: IncomingMessage, response: ServerResponse, seen: Seen): void {
    const content = this.contentOf(request.url!);
    if (content === undefined) return fail(response, 404);
    // As signed addresses do: a second way to prove who one is is refused.
    if (request.headers.authorization !== undefined) return fail(response, 400);
    sendRange(request, response, content, seen);
  }

  private contentOf(url: string): Buffer | undefined {
    const path = new URL(url, this.endpoint).pathname;
    const parts = /^\/([^/]+\/[^/]+)\/(?:resolve\/[^/]+\/)?(.+)$/.exec(path);
    const content = this.repositories[parts?.[1] ?? '']?.files[decodeURIComponent(parts?.[2] ?? '')];
    return content === undefined ? undefined : Buffer.from(content);
  }
}

export const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

/** As `git hash-object` counts. */
export function gitSha1(content: Buffer | string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(content)}\0`)
    .update(content)
    .digest('hex');
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function fail(response: ServerResponse, status: number, code?: string, message?: string): void {
  response.writeHead(status, { ...(code ? { 'x-error-code': code } : {}), ...(message ? { 'x-error-message': message } : {}) });
  response.end(JSON.stringify({ error: message }));
}

function rangeOf(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
}

/** The content, or the rest of it that the request's range asks for. After its first `until` bytes the connection is broken, when `then` resolves. */
export function sendRange(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  seen: Seen,
  until = content.length,
  then: () => Promise<unknown> = () => Promise.resolve(),
): void {
  const start = rangeOf(request);
  if (start > 0 && start >= content.length) return fail(response, 416);
  const headers = { 'content-length': content.length - start, 'accept-ranges': 'bytes' };
  if (start > 0) response.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` });
  else response.writeHead(200, headers);
  const part = content.subarray(start, Math.max(start, until));
  seen.bytes += request.method === 'HEAD' ? 0 : part.length;
  if (until < content.length) response.write(part, () => void then().finally(() => response.destroy()));
  else response.end(part);
}

/** Resolves when a file has so many bytes. */
export async function arrived(bytes: number, file: string): Promise<void> {
  await until(`${bytes} bytes in ${file}`, () => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= bytes);
}

/** Faults. */
export const answer =
  (status: number, headers: Record<string, string> = {}): Fault =>
  (_request, response) =>
    void response.writeHead(status, headers).end();
/** Breaks the connection when the first `until` bytes of the content have arrived in a file on the other side. */
export const dropAt =
  (until: number, file: string): Fault =>
  (request, response, content, seen) =>
    sendRange(request, response, content!, seen, until, () => arrived(until, file));
/** Breaks the connection at once. */
export const reset: Fault = (request) => void request.socket.destroy();
/** Sends everything, whatever range was asked for. */
export const ignoreRange: Fault = (_request, response, content, seen) => {
  seen.bytes += content!.length;
  response.writeHead(200, { 'content-length': content!.length }).end(content);
};
/** Sends other bytes, or another number of them. */
export const sendInstead =
  (change: (content: Buffer) => Buffer): Fault =>
  (request, response, content, seen) =>
    sendRange(request, response, change(content!), seen);
/** Ends the answer properly, without a length, after so many bytes. */
export const truncateAt =
  (until: number): Fault =>
  (_request, response, content, seen) => {
    seen.bytes += until;
    response.writeHead(200, { 'transfer-encoding': 'chunked' });
    response.end(content!.subarray(0, until));
  };
/** Never answers. */
export const hang: Fault = () => undefined;
/** Answers, sends so many bytes, then nothing more. */
export const stallAt =
  (until: number): Fault =>
  (_request, response, content, seen) => {
    seen.bytes += until;
    response.writeHead(200, { 'content-length': content!.length });
    response.write(content!.subarray(0, until));
  };
