import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HubError } from '../../../../src/model/hub/hubError';
import { cacheFolder, hubSettings } from '../../../../src/model/hub/settings';

/** A home without a token file. */
const NOWHERE = { HF_HOME: join(tmpdir(), 'no-such-folder') };

describe('the cache folder', () => {
  it.each([
    [{}, join(homedir(), '.cache', 'huggingface', 'hub')],
    [{ XDG_CACHE_HOME: '/x' }, join('/x', 'huggingface', 'hub')],
    [{ XDG_CACHE_HOME: '/x', HF_HOME: '/h' }, join('/h', 'hub')],
    [{ HF_HOME: '~/h' }, join(homedir(), 'h', 'hub')],
    [{ HF_HOME: '/h', HF_HUB_CACHE: '/c' }, '/c'],
    [{ HUGGINGFACE_HUB_CACHE: '/old', HF_HUB_CACHE: '/c' }, '/c'],
    [{ HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
    [{ DISK: '/big', HF_HUB_CACHE: '$DISK/${DISK}/$NONE' }, '/big//big/$NONE'],
    [{ HF_HUB_CACHE: '', HF_HOME: '', XDG_CACHE_HOME: '/x' }, join('/x', 'huggingface', 'hub')],
  ])('%j is %s, as in Python', (environment, expected) => {
    expect(cacheFolder(environment)).toBe(expected);
  });
});

describe('the token', () => {
  async function homeWithToken(text: string): Promise<string> {
    const home = await mkdtemp(join(tmpdir(), 'rlprompt-hub-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    await writeFile(join(home, 'token'), text);
    return home;
  }

  it('comes from the settings, HF_TOKEN, or the file, in this order', async () => {
    const HF_HOME = await homeWithToken('hf_file\n');
    expect(hubSettings({ token: 'hf_given', environment: { HF_HOME, HF_TOKEN: 'hf_variable' } }).token).toEqual({
      value: 'hf_given',
      source: 'the settings',
    });
    expect(hubSettings({ environment: { HF_HOME, HF_TOKEN: ' hf_variable\r\n' } }).token).toEqual({
      value: 'hf_variable',
      source: 'HF_TOKEN',
    });
    expect(hubSettings({ environment: { HF_HOME } }).token).toEqual({ value: 'hf_file', source: join(HF_HOME, 'token') });
    expect(hubSettings({ environment: { ...NOWHERE, HF_TOKEN_PATH: join(HF_HOME, 'token') } }).token?.value).toBe('hf_file');
    expect(hubSettings({ environment: { HF_HOME, HF_TOKEN: 'x', HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' } }).token).toBeUndefined();
    expect(hubSettings({ environment: NOWHERE }).token).toBeUndefined();
  });

  it('is refused and not shown when it cannot be a token', () => {
    const call = (): unknown => hubSettings({ environment: { ...NOWHERE, HF_TOKEN: 'hf_s ecret' } });
    expect(call).toThrow(HubError);
    expect(call).toThrow(expect.objectContaining({ code: 'hub.tokenCharacters', args: [{ source: 'HF_TOKEN' }] }));
    expect(call).not.toThrow('ecret');
  });
});

describe('the endpoint', () => {
  const endpointOf = (HF_ENDPOINT: string): string => hubSettings({ environment: { ...NOWHERE, HF_ENDPOINT } }).endpoint;

  it('is huggingface.co or a mirror', () => {
    expect(endpointOf('')).toBe('https://huggingface.co');
    expect(endpointOf('https://hf-mirror.com/')).toBe('https://hf-mirror.com');
    expect(endpointOf('http://proxy:8080/hf//')).toBe('http://proxy:8080/hf');
  });

  it.each(['hf-mirror.com', 'ftp://mirror', 'https://mirror/?x=1', 'https://me:secret@mirror'])('%s is refused', (text) => {
    expect(() => endpointOf(text)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^hub\.endpoint/) as string }));
    expect(() => endpointOf(text)).not.toThrow(/secret/);
  });
});
