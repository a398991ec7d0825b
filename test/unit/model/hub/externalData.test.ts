import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { externalDataOf } from '../../../../src/model/hub/externalData';
import { externalTensor, field, noise, onnxModel, rawTensor } from './onnxBytes';

async function namesIn(content: Uint8Array): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rlprompt-hub-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'model.onnx'), content);
  return externalDataOf(join(folder, 'model.onnx'));
}

describe('the files that hold an ONNX graph’s weights', () => {
  it('are none when the weights are inside', async () => {
    expect(await namesIn(onnxModel({ initializers: [rawTensor(noise(200_000)), rawTensor(noise(70_000, 2))] }))).toEqual([]);
    expect(await namesIn(new Uint8Array(0))).toEqual([]);
  });

  it('are found among weights that are inside, each once', async () => {
    const initializers = [
      rawTensor(noise(65_500)),
      externalTensor('a.data'),
      rawTensor(noise(300_000)),
      externalTensor('b'),
      externalTensor('a.data'),
    ];
    expect(await namesIn(onnxModel({ initializers }))).toEqual(['a.data', 'b']);
  });

  it('are found in constants and in the branches of a merged decoder', async () => {
    const constant = field(5, Buffer.concat([field(1, 'value'), field(5, externalTensor('constant.bin'))]));
    const branch = field(5, Buffer.concat([field(1, 'then_branch'), field(6, field(5, externalTensor('branch.bin')))]));
    expect(await namesIn(onnxModel({ nodes: [constant, branch] }))).toEqual(['constant.bin', 'branch.bin']);
  });

  it('are not guessed from a file that is cut short or not an ONNX file', async () => {
    const whole = onnxModel({ initializers: [rawTensor(noise(100_000)), externalTensor('a')] });
    await expect(namesIn(whole.subarray(0, 90_000))).rejects.toMatchObject({ code: 'hub.onnxCut' });
    await expect(namesIn(Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n'))).rejects.toThrow();
    await expect(namesIn(Buffer.alloc(100, 0xff))).rejects.toMatchObject({ code: 'hub.onnxNumber' });
  });
});
