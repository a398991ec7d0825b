import { existsSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { TokenCall } from '../call';
import { isHubReference, parseHubReference } from '../hub/reference';
import { isPast } from './graphs/branch';
import type { Layout } from './layout';
import type { ModelFolder } from './modelFolder';

/** How other code runs a model of the hub or of a folder; the bundled ones are for demonstration. */
export function tokenCall(folder: ModelFolder, layout: Layout, labelIds: readonly number[]): TokenCall | undefined {
  const { reference, tokenizer, whole, withPast, kind, logits } = folder;
  if (reference.startsWith('bundled:')) return undefined;
  const { path, externalFiles } = whole.file;
  const home = dirname(path);
  const root = basename(home) === 'onnx' && existsSync(join(dirname(home), 'config.json')) ? dirname(home) : home;
  const within = (file: string): string => relative(root, file).replaceAll('\\', '/');
  const hub = isHubReference(reference) ? parseHubReference(reference) : undefined;
  const { after, input } = layout.row('', false);
  // A file with two branches has the cache among its inputs for both.
  const feeds = { ...(withPast?.file.path === path && withPast.feeder.feeds([[0]])), ...whole.feeder.feeds([[0]]) };
  const past = Object.entries(feeds).flatMap(([name, { dims }]) => (isPast(name) ? [[name, dims] as const] : []));
  return {
    way: 'tokens',
    ...(hub ? { model: hub.model, revision: commitOf(path) ?? hub.revision } : { model: root }),
    tokenizer: within(existsSync(join(root, 'tokenizer.json')) ? join(root, 'tokenizer.json') : join(home, 'tokenizer.json')),
    graph: within(path),
    weights: externalFiles.map(within),
    kind,
    ...(kind === 'masked' && tokenizer.maskId !== undefined && { maskId: tokenizer.maskId }),
    logits,
    labelIds,
    ...(Number.isFinite(layout.room) && { room: layout.room }),
    cut: layout.inputFirst ? { start: input.start } : { end: after.length - input.end },
    firstPosition: Number(feeds.position_ids?.data[0] ?? 0),
    ...(past.length > 0 && { past: Object.fromEntries(past) }),
  };
}

/** The commit in a path of the hub's cache: `…/snapshots/COMMIT/…`. */
function commitOf(path: string): string | undefined {
  return /[/\\]snapshots[/\\]([0-9a-f]{40})[/\\]/.exec(path)?.[1];
}
