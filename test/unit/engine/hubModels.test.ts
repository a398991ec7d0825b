import { expect, it } from 'vitest';
import { fetchHubModels } from '../../../src/engine/hubModels';
import type { HostChannel } from '../../../src/messages/engine';
import { answer } from '../model/hub/hubServer';
import { makeWorld, MODEL } from '../model/hub/world';

it('reports the progress of a download, and why it waits', async () => {
  const world = await makeWorld();
  world.server.misbehave('hub', /api\/models/, answer(503));
  world.server.misbehave('storage', /./, answer(503));
  const said: string[] = [];
  const host = {
    notify: (_: 'notes', { notes }: { notes: readonly string[] }) => void said.push(...notes),
    request: () => Promise.resolve(void said.push('confirm')),
  } as unknown as HostChannel;
  const { signal } = new AbortController();
  await fetchHubModels(['bundled:masked', `hf:${MODEL}`], { host, signal }, world.options);
  expect(said[0]).toMatch(/^hf:acme\/tiny-bert: .* Next try in \d+ s$/);
  expect(said[1]).toBe('confirm');
  expect(said).toContainEqual(expect.stringMatching(/^downloading hf:acme\/tiny-bert: \d+ %\. .* Next try in \d+ s$/));
});
