import { describe, expect, it } from 'vitest';
import { findApiKey, redact, STORED_KEYS, storedKey } from '../../../../src/model/server/apiKey';

const LOCAL = 'http://localhost:8000/v1';
const OPENAI = 'https://api.openai.com/v1';
const ELSEWHERE = 'https://llm.example/v1';
const environment = { OPENAI_API_KEY: 'sk-openai', GROQ_API_KEY: ' gsk-groq\n', EMPTY_API_KEY: ' ', AWS_SECRET_ACCESS_KEY: 'aws' };

describe('the key of a server', () => {
  it.each([OPENAI, LOCAL, 'http://127.0.0.1:1/v1', 'http://[::1]:1/v1'])('%s gets OPENAI_API_KEY without being told', (url) => {
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

  it('is that of the variable that the spec names, without the line break behind it', () => {
    expect(findApiKey(ELSEWHERE, 'GROQ_API_KEY', undefined, environment)?.value).toBe('gsk-groq');
    expect(findApiKey(ELSEWHERE, 'OPENAI_API_KEY', undefined, environment)?.value).toBe('sk-openai');
  });

  it('is the one that the host hands over, before any variable', () => {
    expect(findApiKey(ELSEWHERE, 'GROQ_API_KEY', 'kept', environment)).toEqual({ value: 'kept', from: 'the key stored in the editor' });
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

  it('is none where there is none', () => {
    expect(findApiKey(LOCAL, undefined, undefined, {})).toBeUndefined();
  });

  it.each(['MISSING_API_KEY', 'EMPTY_API_KEY'])('%s, named and not set, is said', (name) => {
    expect(() => findApiKey(ELSEWHERE, name, undefined, environment)).toThrow(`The environment variable ${name}`);
  });

  it.each(['AWS_SECRET_ACCESS_KEY', 'HOME', 'sk-thisisakey', 'gsk_API_KEY-x'])('a spec cannot send %s', (name) => {
    const attempt = (): unknown => findApiKey(ELSEWHERE, name, undefined, environment);
    expect(attempt).toThrow('ends in _API_KEY');
    expect(attempt).not.toThrow(name);
  });

  it.each(['two words', 'line\nbreak', 'schlüssel'])('%j is no key, and the message does not show it', (value) => {
    const attempt = (): unknown => findApiKey(LOCAL, undefined, value, {});
    expect(attempt).toThrow('characters that no key has');
    expect(attempt).not.toThrow(value);
  });
});

describe('redact', () => {
  it('takes a key out in every form that it may stand in', () => {
    const key = { value: 'a"b/c', from: 'x' };
    expect(redact('as is a"b/c, JSON a\\"b/c, address a%22b%2Fc', key)).toBe('as is [key], JSON [key], address [key]');
    expect(redact('nothing', undefined)).toBe('nothing');
  });
});
