import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { Asking } from '../../../src/engine/asking';
import type { FromEngine } from '../../../src/messages/engine';

function asking(): { asking: Asking; sent: FromEngine[] } {
  const sent: FromEngine[] = [];
  return { asking: new Asking((message) => sent.push(message)), sent };
}

it('leaves nothing on the signal of a run once a question has its answer', async () => {
  const { asking: one } = asking();
  const { signal } = new AbortController();
  const question = { model: 'm', messages: [] };
  const [yes, no] = [one.ask(question, signal), one.ask(question, signal)];
  expect(getEventListeners(signal, 'abort')).toHaveLength(2);
  one.settle({ type: 'answer', id: 0, text: 'great' });
  one.settle({ type: 'noAnswer', id: 1, reason: 'blocked', message: 'no' });
  await expect(yes).resolves.toBe('great');
  await expect(no).rejects.toMatchObject({ reason: 'blocked' });
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

it('gives a question up when the run is stopped; an answer that comes later is of no use', async () => {
  const { asking: one } = asking();
  const stop = new AbortController();
  const asked = one.confirm('m', [], stop.signal);
  stop.abort(new Error('stopped'));
  await expect(asked).rejects.toThrow('stopped');
  one.settle({ type: 'answer', id: 0, text: '' });
});
