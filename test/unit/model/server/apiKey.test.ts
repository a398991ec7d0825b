import { describe, expect, it } from 'vitest';
import { findApiKey, redact, STORED_KEYS, storedKey } from '../../../../src/model/server/apiKey';

const LOCAL = 'http://localhost:8000/v1';
const OPENAI = 'https://api.openai.com/v1';
const ELSEWHERE = 'https://llm.example/v1';
const environment = { OPENAI_API_KEY: 'sk-openai', GROQ_API_KEY: ' gsk-groq\n', EMPTY_API_KEY: ' ', AWS_SECRET_ACCESS_KEY: 'aws' };

describe('the key of a server', () => {
  it.each([OPENAI, LOCAL, 'http://127.0.0.1:1/v1', 'http://[::1]:1/v1'])('%s gets OPENAI_API_KEY by default', (url) => {
    expect(findApiKey(url, undefined, undefined, environment)).toEqual({
      value: 'sk-openai',
      from: 'the environment variable OPENAI_API_KEY',
    });
  });

  it.each([ELSEWHERE, 'https://api.openai.com.evil.example/v1', 'http://localhost.evil.example/v1', 'http://127.0.0.1.evil.example/v1'])(
    '%s does not',
    (url) => {
      expect(findApiKey(url, undefined, undefined, environment)).toBeUndefined();
    },
  );

  it('comes from the variable that the spec names, trimmed', () => {
    expect(findApiKey(ELSEWHERE, 'GROQ_API_KEY', undefined, environment)?.value).toBe('gsk-groq');
    expect(findApiKey(ELSEWHERE, 'OPENAI_API_KEY', undefined, environment)?.value).toBe('sk-openai');
  });

  it('is the one that the host supplies, before any variable', () => {
    expect(findApiKey(ELSEWHERE, 'GROQ_API_KEY', 'kept', environment)).toEqual({ value: 'kept', from: 'the editor' });
  });

  it('is stored for one address, whatever its path, and never goes to another', () => {
    const stored = { [STORED_KEYS]: JSON.stringify({ 'https://llm.example': 'kept', 'http://localhost:8000': 'mine' }) };
    expect(storedKey(ELSEWHERE, stored)).toBe('kept');
    expect(storedKey('https://llm.example/other/v2', stored)).toBe('kept');
    expect(storedKey(LOCAL, stored)).toBe('mine');
    for (const other of ['http://llm.example/v1', 'https://llm.example:444/v1', 'https://llm.example.evil/v1', OPENAI])
      expect(storedKey(other, stored)).toBeUndefined();
    expect(storedKey(ELSEWHERE, {})).toBeUndefined();
  });

  it('may be missing', () => {
    expect(findApiKey(LOCAL, undefined, undefined, {})).toBeUndefined();
  });

  it.each(['MISSING_API_KEY', 'EMPTY_API_KEY'])('%s is reported when the spec names it and it is not set', (name) => {
    const attempt = (): unknown => findApiKey(ELSEWHERE, name, undefined, environment);
    expect(attempt).toThrow(expect.objectContaining({ code: 'server.keyVariableUnset', args: [{ variable: name }] }));
  });

  it.each(['AWS_SECRET_ACCESS_KEY', 'HOME', 'sk-thisisakey', 'gsk_API_KEY-x'])('a spec cannot send %s', (name) => {
    const attempt = (): unknown => findApiKey(ELSEWHERE, name, undefined, environment);
    expect(attempt).toThrow(expect.objectContaining({ code: 'server.keyVariableName' }));
    expect(attempt).not.toThrow(name);
  });

  it.each(['two words', 'line\nbreak', 'schlüssel'])('%j is not a key, and the message does not show it', (value) => {
    const attempt = (): unknown => findApiKey(LOCAL, undefined, value, {});
    expect(attempt).toThrow(expect.objectContaining({ code: 'server.keyCharacters' }));
    expect(attempt).not.toThrow(value);
  });
});

describe('redact', () => {
  it('removes a key in every form that it may have', () => {
    const key = { value: 'a"b/c', from: 'x' };
    expect(redact('as is a"b/c, JSON a\\"b/c, address a%22b%2Fc', key)).toBe('as is [key], JSON [key], address [key]');
    expect(redact('nothing', undefined)).toBe('nothing');
  });
});
