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
    ['hf:gpt2', 'Owner', {}],
    ['hf:', 'Owner', {}],
    ['hf:a/b/c', 'Parts', { parts: 3 }],
    ['hf:../b', 'Name', { name: '..' }],
    ['hf:a/..', 'Name', { name: '..' }],
    ['hf:a/b--c', 'Name', { name: 'b--c' }],
    ['hf:a/b c', 'Name', { name: 'b c' }],
    ['hf:a/', 'Name', { name: '' }],
    ['hf:a/b@', 'Revision', { revision: '' }],
    ['hf:a/b@../../x', 'Revision', {}],
    ['hf:a/b@x..y', 'Revision', {}],
    ['hf:a/b@C:\\x', 'Revision', {}],
    ['hf:a/b@x?y', 'Revision', {}],
    ['hf:a/b#', 'File', { file: '' }],
    ['hf:a/b#../model.onnx', 'File', {}],
    ['hf:a/b#/model.onnx', 'File', {}],
    ['hf:a/b#model.safetensors', 'File', {}],
    ['folder:x', 'Scheme', {}],
  ])('%s is refused, with what to write', (reference, what, facts) => {
    const error: unknown = expect.objectContaining({
      code: `hub.reference${what}`,
      args: [expect.objectContaining({ reference, ...facts })],
    });
    expect(() => parseHubReference(reference)).toThrow(HubError);
    expect(() => parseHubReference(reference)).toThrow(error);
  });
});
