import { describe, expect, it } from 'vitest';
import { chooseFiles } from '../../../../src/model/hub/chooseFiles';

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

  it('accepts a graph of another name if it is the only one', () => {
    expect(graphOf('onnx/model_O3.onnx')).toBe('onnx/model_O3.onnx');
    expect(() => graphOf('cpu/int4.onnx', 'gpu/int4.onnx')).toThrow(
      expect.objectContaining({ code: 'hub.severalGraphs', args: [{ model: 'a/b', graphs: ['cpu/int4.onnx', 'gpu/int4.onnx'] }] }),
    );
  });

  it('takes the graph that the reference names, or lists what there is', () => {
    const paths = [...BASE, 'onnx/model.onnx', 'onnx/model_fp16.onnx', 'onnx/model_fp16.onnx_data'];
    expect(chooseFiles('a/b', paths, 'onnx/model_fp16.onnx')).toMatchObject({
      graph: 'onnx/model_fp16.onnx',
      data: ['onnx/model_fp16.onnx_data'],
    });
    expect(() => chooseFiles('a/b', paths, 'onnx/model_q8.onnx')).toThrow(
      expect.objectContaining({
        code: 'hub.noFile',
        args: [expect.objectContaining({ file: 'onnx/model_q8.onnx', graphs: ['onnx/model.onnx', 'onnx/model_fp16.onnx'] })],
      }),
    );
  });

  it("takes the graph's own external data, in all its parts, and no other graph's", () => {
    const data = ['onnx/model.onnx_data', 'onnx/model.onnx_data_1', 'onnx/model.onnx_data_10'];
    const others = ['onnx/model_fp16.onnx_data', 'onnx/model.onnx_data.md', 'model.onnx_data', 'onnx/model.onnx_database'];
    expect(chooseFiles('a/b', [...BASE, 'onnx/model.onnx', ...data, ...others]).data).toEqual(data);
    expect(chooseFiles('a/b', [...BASE, 'model.onnx', 'model.onnx.data', 'model.data']).data).toEqual(['model.data', 'model.onnx.data']);
  });

  it('takes both halves of a split decoder, each with its data, and one half when the other is missing', () => {
    const first = ['onnx/decoder_model.onnx', 'onnx/decoder_model.onnx_data'];
    const second = ['onnx/decoder_with_past_model.onnx', 'onnx/decoder_with_past_model.onnx_data'];
    expect(chooseFiles('a/b', [...BASE, ...second, ...first])).toMatchObject({
      graph: first[0],
      withPast: second[0],
      data: [first[1], second[1]],
    });
    expect(chooseFiles('a/b', [...BASE, ...first])).toEqual({ graph: first[0], data: [first[1]], small: BASE });
    const quantized = ['decoder_model_quantized.onnx', 'decoder_with_past_model_quantized.onnx'];
    expect(chooseFiles('a/b', [...BASE, ...quantized], quantized[0])).toMatchObject({ graph: quantized[0], withPast: quantized[1] });
    expect(chooseFiles('a/b', [...BASE, 'decoder_model_merged.onnx', ...quantized]).withPast).toBeUndefined();
  });

  it('says how to export a model when there is no ONNX file', () => {
    expect(() => chooseFiles('a/b', BASE)).toThrow(expect.objectContaining({ code: 'hub.noGraph' }));
  });
});
