import { describe, expect, it } from 'vitest';
import { parseServerReference } from '../../../../src/model/server/reference';
import { ServerError } from '../../../../src/model/server/serverError';

function complaint(reference: string): ServerError {
  try {
    parseServerReference(reference);
  } catch (error) {
    return error as ServerError;
  }
  throw new Error(`${reference} was accepted`);
}

describe('a reference to a model behind a server', () => {
  it.each([
    ['openai:gpt2@http://localhost:8000/v1', 'gpt2', 'http://localhost:8000/v1'],
    ['openai:meta-llama/Llama-3.2-1B@https://host.example/v1/', 'meta-llama/Llama-3.2-1B', 'https://host.example/v1'],
    ['openai:llama3.2:1b@http://localhost:11434/v1', 'llama3.2:1b', 'http://localhost:11434/v1'],
    ['openai:@cf/meta/llama@main@https://host.example/a/b/v1', '@cf/meta/llama@main', 'https://host.example/a/b/v1'],
    ['openai:m@http://localhost:8000', 'm', 'http://localhost:8000/v1'],
    ['openai:m@http://localhost:8000/', 'm', 'http://localhost:8000/v1'],
    ['openai:m@http://localhost:8000/v1/chat/completions', 'm', 'http://localhost:8000/v1'],
    ['openai:m@http://localhost:8000/v1/completions', 'm', 'http://localhost:8000/v1'],
    ['openai:m@http://[::1]:8080/v1', 'm', 'http://[::1]:8080/v1'],
    ['openai:http://localhost:8000/v1', undefined, 'http://localhost:8000/v1'],
  ])('%s', (reference, model, url) => {
    expect(parseServerReference(reference)).toEqual({ model, url });
  });

  it.each(['openai:gpt2', 'openai:', 'openai:@http://localhost/v1', 'openai:m@ftp://host/v1', 'openai:m@http://', 'openai:m@http://a b/'])(
    '%s is answered with how to write it',
    (reference) => {
      expect(complaint(reference).code).toMatch(/^server\.reference/);
      expect(complaint(reference).field).toEqual(['taskModel']);
    },
  );

  it.each([
    'openai:m@https://SECRETSECRET@host.example/v1',
    'openai:m@https://me:SECRETSECRET@host.example/v1',
    'openai:m@https://host.example/v1?api_key=SECRETSECRET',
    'openai:m@https://host.example/v1?access_token=SECRETSECRET',
    'openai:https://me:SECRETSECRET@https://host.example/v1',
    'openai:sk-SECRETSECRETSECRET@https://host.example/v1',
  ])('%s is refused, without showing the key', (reference) => {
    const error = complaint(reference);
    expect(error.failure).toBe('key');
    expect(error.message + JSON.stringify(error)).not.toContain('SECRET');
  });
});
