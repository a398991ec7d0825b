import { describe, expect, it } from 'vitest';
import type { RunFrontEnd } from '../../../src/run/frontEnd';
import { fetchHubModels } from '../../../src/run/consent/hubModels';
import { answer } from '../model/hub/hubServer';
import { noise } from '../model/hub/onnxBytes';
import { makeWorld, MODEL, tinyBert, type World } from '../model/hub/world';
import { fakeFrontEnd } from './fakeFrontEnd';

const fetched = ({ server }: World): boolean => server.seen.some((s) => s.url.includes('/resolve/'));

/** What the user is asked before a model is fetched. */
async function asked({ options }: World, reference = `hf:${MODEL}`): Promise<string> {
  let text = '';
  const consent: RunFrontEnd['consent'] = (_, lines) => {
    text = lines.join('\n');
    return Promise.resolve(false);
  };
  const refused = fetchHubModels([reference], fakeFrontEnd({ consent }), options);
  await expect(refused).rejects.toMatchObject({ code: 'run.declined', args: [{ model: reference }] });
  return text;
}

describe('a model of the hub', () => {
  it('is fetched once the user agrees to its size and license', async () => {
    const world = await makeWorld();
    const text = await asked(world);
    expect(text).toContain('apache-2.0');
    expect(text).toContain('onnx/model.onnx 300 kB');
    expect(fetched(world)).toBe(false);
    const frontEnd = fakeFrontEnd();
    await fetchHubModels([`hf:${MODEL}`], frontEnd, world.options);
    expect(fetched(world)).toBe(true);
    expect(frontEnd.passing.at(-1)).toContain('100%');
  });

  it('in the cache is used without a question, and its revision is told', async () => {
    const world = await makeWorld();
    await fetchHubModels([`hf:${MODEL}`], fakeFrontEnd(), world.options);
    const frontEnd = fakeFrontEnd({ consent: () => Promise.reject(new Error('asked')) });
    await fetchHubModels([`hf:${MODEL}`, 'bundled:masked'], frontEnd, world.options);
    expect(frontEnd.told).toEqual([expect.stringContaining('revision 0123456')]);
  });

  it('that has to wait says why', async () => {
    const world = await makeWorld();
    world.server.misbehave('hub', /api\/models/, answer(503));
    world.server.misbehave('storage', /./, answer(503));
    const frontEnd = fakeFrontEnd();
    await fetchHubModels([`hf:${MODEL}`], frontEnd, world.options);
    expect(frontEnd.told.filter((text) => /in \d+ s/.test(text)).length).toBeGreaterThanOrEqual(2);
  });

  it('is not fetched when the user stops the job', async () => {
    const world = await makeWorld();
    const stop = new AbortController();
    const consent = (): Promise<boolean> => {
      stop.abort(new Error('interrupted'));
      return Promise.reject(stop.signal.reason as Error);
    };
    const frontEnd = fakeFrontEnd({ signal: stop.signal, consent });
    await expect(fetchHubModels([`hf:${MODEL}`], frontEnd, world.options)).rejects.toThrow('interrupted');
    expect(fetched(world)).toBe(false);
  });

  it('shows no control characters that its card holds, and offers smaller versions', async () => {
    const card = { license: 'other', license_name: 'evil\u001b[2J licence', license_link: 'LICENSE' };
    const files = { ...tinyBert().files, 'onnx/model_q4.onnx': noise(40_000) };
    const text = await asked(await makeWorld({ [MODEL]: tinyBert({ card, files }) }));
    expect(text).toContain('other (evil [2J licence, LICENSE)');
    expect(text).toContain(`hf:${MODEL}#onnx/model_q4.onnx 40 kB`);
    expect(text).not.toContain('\u001b');
  });

  it('has the license of its tags when the card states none', async () => {
    const tagged = tinyBert({ card: {}, tags: ['onnx', 'license:mit'] });
    const world = await makeWorld({ [MODEL]: tinyBert({ card: {} }), 'acme/tagged': tagged });
    expect(await asked(world)).toContain('not stated');
    expect(await asked(world, 'hf:acme/tagged')).toContain('mit');
  });
});
