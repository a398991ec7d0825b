import { describe, expect, it } from 'vitest';
import { HubError } from '../../../../src/model/hub/hubError';
import { parseHubReference } from '../../../../src/model/hub/reference';

describe('a reference to a model on the hub', () => {
  it.each([
    ['hf:openai-community/gpt2', { model: 'openai-community/gpt2', revision: 'main', file: undefined }],
    ['hf:a/b@v1.0', { model: 'a/b', revision: 'v1.0', file: undefined }],
    ['hf:a/b@refs/pr/12', { model: 'a/b', revision: 'refs/pr/12', file: undefined }],
    [
      'hf:Xenova/distilgpt2#onnx/decoder_model_merged.onnx',
      { model: 'Xenova/distilgpt2', revision: 'main', file: 'onnx/decoder_model_merged.onnx' },
    ],
    ['hf:o_1/Qwen2.5-0.5B@abc#model.onnx', { model: 'o_1/Qwen2.5-0.5B', revision: 'abc', file: 'model.onnx' }],
  ])('%s', (text, expected) => {
    expect(parseHubReference(text)).toEqual(expected);
  });

  it.each([
    ['hf:gpt2', 'the owner is missing'],
    ['hf:', 'the owner is missing'],
    ['hf:a/b/c', '3 parts'],
    ['hf:../b', '".." is no name'],
    ['hf:a/..', '".." is no name'],
    ['hf:a/b--c', '"b--c" is no name'],
    ['hf:a/b c', '"b c" is no name'],
    ['hf:a/', '"" is no name'],
    ['hf:a/b@', '"" is no revision'],
    ['hf:a/b@../../x', 'is no revision'],
    ['hf:a/b@x..y', 'is no revision'],
    ['hf:a/b@C:\\x', 'is no revision'],
    ['hf:a/b@x?y', 'is no revision'],
    ['hf:a/b#', '"" is no ONNX file'],
    ['hf:a/b#../model.onnx', 'is no ONNX file'],
    ['hf:a/b#/model.onnx', 'is no ONNX file'],
    ['hf:a/b#model.safetensors', 'is no ONNX file'],
    ['folder:x', 'does not begin with hf:'],
  ])('%s is refused, with what to write', (text, why) => {
    expect(() => parseHubReference(text)).toThrow(HubError);
    expect(() => parseHubReference(text)).toThrow(why);
    expect(() => parseHubReference(text)).toThrow('Write hf:OWNER/NAME');
  });
});
