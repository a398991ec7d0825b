import { describe, expect, it } from 'vitest';
import { chooseFiles } from '../../../../src/lm/hub/chooseFiles';

const BASE = ['config.json', 'tokenizer.json'];
const graphOf = (...paths: string[]): string => chooseFiles('a/b', [...BASE, ...paths]).graph;

describe('the choice of files', () => {
  it('takes configuration and tokenizer, and leaves other weights alone', () => {
    const paths = [...BASE, 'tokenizer_config.json', 'special_tokens_map.json', 'generation_config.json', 'vocab.txt', 'README.md'];
    expect(chooseFiles('a/b', [...paths, 'model.safetensors', 'onnx/model.onnx', 'onnx/model_q4.onnx'])).toEqual({
      graph: 'onnx/model.onnx',
      data: [],
      small: ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'generation_config.json'],
    });
  });

  it('takes the most precise graph', () => {
    expect(graphOf('onnx/model_quantized.onnx', 'onnx/model_fp16.onnx', 'onnx/model.onnx')).toBe('onnx/model.onnx');
    expect(graphOf('onnx/model_q4.onnx', 'onnx/model_quantized.onnx', 'onnx/model_fp16.onnx')).toBe('onnx/model_fp16.onnx');
    expect(graphOf('onnx/model_q4f16.onnx', 'onnx/model_bnb4.onnx', 'onnx/model_int8.onnx')).toBe('onnx/model_int8.onnx');
    expect(graphOf('onnx/decoder_model_merged.onnx', 'onnx/decoder_model_merged_quantized.onnx')).toBe('onnx/decoder_model_merged.onnx');
    expect(graphOf('decoder_model.onnx', 'decoder_with_past_model.onnx', 'decoder_model_merged.onnx')).toBe('decoder_model_merged.onnx');
    expect(graphOf('model.onnx', 'onnx/model_quantized.onnx')).toBe('model.onnx');
  });

  it('takes a graph of another name if it is the only one', () => {
    expect(graphOf('onnx/model_O3.onnx')).toBe('onnx/model_O3.onnx');
    expect(() => graphOf('cpu/int4.onnx', 'gpu/int4.onnx')).toThrow(
      'several ONNX files: cpu/int4.onnx, gpu/int4.onnx. Name one: hf:a/b#cpu/int4.onnx',
    );
  });

  it('takes the graph that is named, or says what there is', () => {
    const paths = [...BASE, 'onnx/model.onnx', 'onnx/model_fp16.onnx', 'onnx/model_fp16.onnx_data'];
    expect(chooseFiles('a/b', paths, 'onnx/model_fp16.onnx')).toMatchObject({
      graph: 'onnx/model_fp16.onnx',
      data: ['onnx/model_fp16.onnx_data'],
    });
    expect(() => chooseFiles('a/b', paths, 'onnx/model_q8.onnx')).toThrow(
      'no file onnx/model_q8.onnx. It has onnx/model.onnx, onnx/model_fp16.onnx',
    );
  });

  it("takes the graph's own external data, in all its parts, and no other graph's", () => {
    const data = ['onnx/model.onnx_data', 'onnx/model.onnx_data_1', 'onnx/model.onnx_data_10'];
    const others = ['onnx/model_fp16.onnx_data', 'onnx/model.onnx_data.md', 'model.onnx_data', 'onnx/model.onnx_database'];
    expect(chooseFiles('a/b', [...BASE, 'onnx/model.onnx', ...data, ...others]).data).toEqual(data);
    expect(chooseFiles('a/b', [...BASE, 'model.onnx', 'model.onnx.data', 'model.data']).data).toEqual(['model.data', 'model.onnx.data']);
  });
});
