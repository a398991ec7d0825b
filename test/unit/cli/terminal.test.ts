import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { introduce, progress } from '../../../src/cli/terminal';
import { Declined } from '../../../src/run/declined';
import { preview } from '../../../src/run/preview';

const pace = {
  name: 'tiny on http://localhost:8000/v1',
  queriesPerSecond: 40,
  tokensPerQuery: 31,
  tokensCounted: true,
  keyFrom: undefined,
};
const asked = {
  warnings: [],
  notes: [],
  preview: preview({ search: 400_000, random: 0, baselines: 0, test: 0, total: 400_000 }, pace),
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** A terminal, or a pipe, at which keys are typed when the question is shown. */
function terminal(isTTY: boolean, keys = ''): string[] {
  const shown: string[] = [];
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: () => undefined });
  const output = Object.assign(new PassThrough(), { isTTY, columns: 100 });
  output.on('data', (data: Buffer) => {
    if (data.toString().includes('[y/N]')) input.write(keys);
  });
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as never);
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(output as never);
  vi.spyOn(progress, 'line').mockImplementation((line) => void shown.push(line));
  return shown;
}

describe('before a server is asked', () => {
  it('the queries are shown, and a yes is waited for', async () => {
    const shown = terminal(true, 'y\n');
    await introduce(asked, false);
    expect(shown.join('\n')).toContain('at most 400,000 queries');
  });

  it.each(['\n', 'n\n', '\u0004'])('%j is none', async (keys) => {
    terminal(true, keys);
    await expect(introduce(asked, false)).rejects.toThrow(Declined);
  });

  it('Ctrl-C is more than a no', async () => {
    terminal(true, '\u0003');
    const stopped = await introduce(asked, false).catch((error: unknown) => error);
    expect(stopped).toMatchObject({ message: 'Stopped by Ctrl-C; nothing more was sent.' });
    expect(stopped).not.toBeInstanceOf(Declined);
  });

  it('nobody can be asked in a pipe: the error names the flag', async () => {
    terminal(false);
    const refused = introduce(asked, false);
    await expect(refused).rejects.toThrow(Declined);
    await expect(refused).rejects.toThrow(/--yes.*RLPROMPT_YES=1/);
  });

  it('--yes and RLPROMPT_YES=1 agree; a model that runs here asks nothing', async () => {
    terminal(false);
    await introduce(asked, true);
    await introduce({ ...asked, preview: undefined }, false);
    vi.stubEnv('RLPROMPT_YES', '1');
    await introduce(asked, false);
  });
});
