import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { fetchHubModel, type ConsentOptions } from '../../../../src/cli/consent';
import { Declined } from '../../../../src/run/declined';
import { noise } from './onnxBytes';
import { COMMIT, makeWorld, MODEL, tinyBert, type World } from './world';

/** A terminal, or a pipe, at which `answer` is typed when the question is shown. */
function terminal(isTTY: boolean, answer = ''): { screen: Pick<ConsentOptions, 'input' | 'output'>; text: () => string } {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let text = '';
  output.on('data', (data: Buffer) => {
    text += data.toString();
    if (data.toString().includes('[y/N]')) input.write(answer);
  });
  const stream = (pass: PassThrough): unknown => Object.assign(pass, { isTTY, columns: 100 });
  return { screen: { input: stream(input) as NodeJS.ReadStream, output: stream(output) as NodeJS.WriteStream }, text: () => text };
}

const fetched = ({ server }: World): boolean => server.seen.some((s) => s.url.includes('/resolve/'));

describe('consent on the command line', () => {
  it('is asked for with size and license; a yes fetches the model', async () => {
    const world = await makeWorld();
    const { screen, text } = terminal(true, 'y\n');
    const { folder } = await fetchHubModel(`hf:${MODEL}`, { ...world.options, ...screen, yes: false });
    expect(folder).toContain(COMMIT);
    expect(text()).toContain('License: apache-2.0');
    expect(text()).toContain(`Download ${MODEL}: 300 kB, license apache-2.0. Go on? [y/N]`);
    expect(text()).toContain('onnx/model.onnx 300 kB');
    expect(text()).toMatch(/Downloading: 100 %, 300 kB of 300 kB/);
  });

  it.each(['\n', 'n\n', 'yellow\n', '\u0003', '\u0004'])('%j is no consent', async (answer) => {
    const world = await makeWorld();
    const { screen } = terminal(true, answer);
    await expect(fetchHubModel(`hf:${MODEL}`, { ...world.options, ...screen, yes: false })).rejects.toThrow(Declined);
    expect(fetched(world)).toBe(false);
  });

  it('cannot be asked for in a pipe: the error names the flag', async () => {
    const world = await makeWorld();
    const { screen } = terminal(false);
    const asked = fetchHubModel(`hf:${MODEL}`, { ...world.options, ...screen, yes: false });
    await expect(asked).rejects.toThrow(/--yes.*RLPROMPT_YES=1/);
    expect(fetched(world)).toBe(false);
  });

  it('may be given by --yes or RLPROMPT_YES=1; in a pipe the progress is a few plain lines', async () => {
    for (const [yes, RLPROMPT_YES] of [
      [true, ''],
      [false, '1'],
    ] as const) {
      const world = await makeWorld();
      const { screen, text } = terminal(false);
      const environment = { ...world.options.environment, RLPROMPT_YES };
      await fetchHubModel(`hf:${MODEL}`, { ...world.options, ...screen, environment, yes });
      expect(text()).toContain('License: apache-2.0');
      expect(text()).not.toContain('\r');
      expect(
        text()
          .split('\n')
          .filter((line) => line.startsWith('Downloading')).length,
      ).toBeLessThanOrEqual(11);
    }
  });

  it('is not needed for a model in the cache, whose revision is said', async () => {
    const world = await makeWorld();
    await fetchHubModel(`hf:${MODEL}`, { ...world.options, ...terminal(false).screen, yes: true });
    const { screen, text } = terminal(false);
    await fetchHubModel(`hf:${MODEL}`, { ...world.options, ...screen, yes: false });
    expect(text()).toBe(`${MODEL} is in the cache (revision 0123456, 300 kB).\n`);
  });

  it('ends with Ctrl-C', async () => {
    const world = await makeWorld();
    const stop = new AbortController();
    const { screen } = terminal(true);
    screen.output!.on('data', (data: Buffer) => {
      if (data.toString().includes('[y/N]')) stop.abort(new Error('interrupted'));
    });
    await expect(fetchHubModel(`hf:${MODEL}`, { ...world.options, ...screen, yes: false, signal: stop.signal })).rejects.toThrow(
      'interrupted',
    );
    expect(fetched(world)).toBe(false);
  });

  it('shows no control characters that a card holds, and offers smaller versions', async () => {
    const card = { license: 'other', license_name: 'evil\u001b[2J license', license_link: 'LICENSE' };
    const files = { ...tinyBert().files, 'onnx/model_q4.onnx': noise(40_000) };
    const world = await makeWorld({ [MODEL]: tinyBert({ card, files }) });
    const { screen, text } = terminal(false);
    await expect(fetchHubModel(`hf:${MODEL}`, { ...world.options, ...screen, yes: false })).rejects.toThrow(Declined);
    expect(text()).toContain('License: other (evil [2J license, LICENSE)');
    expect(text()).toContain(`Smaller: hf:${MODEL}#onnx/model_q4.onnx 40 kB`);
    expect(text()).not.toContain('\u001b');
  });

  it('says when the card states no license, and reads it from the tags', async () => {
    const world = await makeWorld({
      [MODEL]: tinyBert({ card: {} }),
      'acme/tagged': tinyBert({ card: {}, tags: ['onnx', 'license:mit'] }),
    });
    const textOf = async (name: string): Promise<string> => {
      const { screen, text } = terminal(false);
      await expect(fetchHubModel(`hf:${name}`, { ...world.options, ...screen, yes: false })).rejects.toThrow('--yes');
      return text();
    };
    expect(await textOf(MODEL)).toContain('License: not stated in the model card; see');
    expect(await textOf('acme/tagged')).toContain('License: mit');
  });
});
