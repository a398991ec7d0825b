import { expect, it } from 'vitest';
import { Asking } from '../../../src/engine/asking';
import { fetchHubModels } from '../../../src/engine/hubModels';
import type { FromEngine } from '../../../src/messages/engine';
import { answer } from '../model/hub/hubServer';
import { makeWorld, MODEL } from '../model/hub/world';

it('says how far a download is, and why it waits', async () => {
  const world = await makeWorld();
  world.server.misbehave('hub', /api\/models/, answer(503));
  world.server.misbehave('storage', /./, answer(503));
  const sent: FromEngine[] = [];
  const asking = new Asking((message) => {
    sent.push(message);
    if (message.type === 'confirm') setImmediate(() => asking.settle({ type: 'answer', id: message.id, text: '' }));
  });
  const { signal } = new AbortController();
  await fetchHubModels(['bundled:masked', `hf:${MODEL}`], { send: (message) => sent.push(message), asking, signal }, world.options);
  const notes = sent.flatMap((message) => (message.type === 'notes' ? message.notes : []));
  expect(notes[0]).toMatch(/^hf:acme\/tiny-bert: .* Next try in \d+ s$/);
  expect(sent.findIndex(({ type }) => type === 'confirm')).toBe(1);
  expect(notes).toContainEqual(expect.stringMatching(/^downloading hf:acme\/tiny-bert: \d+ %\. .* Next try in \d+ s$/));
});
