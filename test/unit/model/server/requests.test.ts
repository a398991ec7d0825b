import { describe, expect, it } from 'vitest';
import { Requests } from '../../../../src/model/server/requests';

/** Requests of a run, and what its record says of them. */
function recorded(concurrency: number): { readonly requests: Requests; readonly record: string[] } {
  const requests = new Requests(concurrency);
  const record: string[] = [];
  requests.countFor({ sent: () => record.push('sent'), ended: () => record.push('ended') });
  return { requests, record };
}

const { signal: never } = new AbortController();

describe('requests of a run', () => {
  it('are on record before they are sent, and until their answers are kept', async () => {
    const { requests, record } = recorded(1);
    const send = (name: string) =>
      requests.send(async () => {
        record.push(`${name} goes`);
        await Promise.resolve();
        record.push(`${name} kept`);
        return name;
      }, never);
    expect(await Promise.all([send('a'), send('b')])).toEqual(['a', 'b']);
    expect(record).toEqual(['sent', 'a goes', 'a kept', 'ended', 'sent', 'b goes', 'b kept', 'ended']);
  });

  it('are not on record while they wait for their turn', async () => {
    const { requests, record } = recorded(2);
    const free: (() => void)[] = [];
    const sent = Array.from({ length: 5 }, () => requests.send(() => new Promise<void>((done) => free.push(done)), never));
    await new Promise(setImmediate);
    expect(record).toEqual(['sent', 'sent']);
    for (let answered = 0; answered < 5; answered++) {
      free.shift()!();
      await new Promise(setImmediate);
    }
    await Promise.all(sent);
    expect(record.filter((line) => line === 'ended')).toHaveLength(5);
  });

  it('have an end when they fail, and none when they are aborted', async () => {
    const { requests, record } = recorded(1);
    await expect(requests.send(() => Promise.reject(new Error('no')), never)).rejects.toThrow('no');
    expect(record.splice(0)).toEqual(['sent', 'ended']);
    const stop = new AbortController();
    const aborted = requests.send(async () => {
      stop.abort(new Error('stopped'));
      await Promise.resolve();
      stop.signal.throwIfAborted();
    }, stop.signal);
    const waiting = requests.send(() => Promise.resolve(), stop.signal);
    await expect(aborted).rejects.toThrow('stopped');
    await expect(waiting).rejects.toThrow('stopped');
    // The one that waited was never sent.
    expect(record).toEqual(['sent']);
  });
});
