import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { download } from '../../../../src/model/hub/download';
import { planDownload } from '../../../../src/model/hub/plan';
import { readModel } from '../../../../src/model/local/modelFolder';
import { allTensors } from '../../../../src/model/local/graphs/graphView';
import { openTaskModel } from '../../../../src/model/local/openTaskModel';
import { PolicyModel } from '../../../../src/method/policyModel';
import { expectedScores, layoutOf } from './expectedScores';
import { makeWorld, stubHome } from '../hub/world';
import { ModelCopy } from './modelCopy';

const ONE = { threads: 1 };
const GRAPH = 'onnx/model.onnx';
const DATA = 'onnx/model.onnx_data';

/** All that a run takes from a model: scores of rows as task model, states and embedding as policy model. */
async function numbersOf(reference: string): Promise<Record<string, readonly number[]>> {
  const model = await readModel(reference, '.');
  const { template, labelIds, rows } = expectedScores('llama').cases[0]!;
  const layout = layoutOf(model, template);
  const { model: task } = await openTaskModel(model, layout, template, labelIds, ONE);
  const texts = rows.map((row) => row.text);
  const scores = await task.score([layout.encodePrompt('truly')], task.rows(texts), texts.map((_, i) => i)); // prettier-ignore
  const policy = await PolicyModel.open(model, ONE);
  const states = await policy.states([policy.source, labelIds]);
  const embedding = [...policy.embedding];
  await Promise.all([task.release(), policy.release()]);
  return { scores: [...scores], states: [...states], embedding };
}

/** Moves a file of a copy elsewhere and leaves a link, relative as in the Hugging Face cache. */
function moveBehindLink(copy: ModelCopy, file: string, to: string): void {
  const [from, target] = [join(copy.folder, file), join(copy.folder, to)];
  mkdirSync(dirname(target), { recursive: true });
  renameSync(from, target);
  symlinkSync(relative(dirname(from), target), from);
}

/** A copy whose weights are in two files: the second half of the tensors in the second, at the places that they had. */
function inTwoFiles(): ModelCopy {
  const copy = new ModelCopy('llama');
  cpSync(join(copy.folder, DATA), join(copy.folder, `${DATA}_1`));
  return copy.graph((model) => {
    const external = [...allTensors(model.graph)].filter((tensor) => (tensor.externalData ?? []).length > 0);
    expect(external.length).toBeGreaterThan(1);
    for (const tensor of external.slice(external.length / 2))
      for (const entry of tensor.externalData!) if (entry.key === 'location') entry.value = 'model.onnx_data_1';
  });
}

it('opens a model whose files are links to files of other names, as in the Hugging Face cache', async () => {
  const copy = new ModelCopy('llama');
  moveBehindLink(copy, GRAPH, 'blobs/d4a1');
  moveBehindLink(copy, DATA, 'blobs/77e2');
  expect(await numbersOf(copy.reference)).toEqual(await numbersOf('folder:test/models/llama'));
});

it('opens a model whose weights are in two files, wherever their links lead', async () => {
  const plain = await numbersOf('folder:test/models/llama');
  const one = inTwoFiles();
  moveBehindLink(one, DATA, 'blobs/77e2');
  moveBehindLink(one, `${DATA}_1`, 'blobs/81c3');
  expect(await numbersOf(one.reference)).toEqual(plain);
  const several = inTwoFiles();
  moveBehindLink(several, DATA, 'elsewhere/deep/weights.bin');
  expect(await numbersOf(several.reference)).toEqual(plain);
});

it('opens a model of the hub with its weights in a file of their own', async () => {
  const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', GRAPH, DATA];
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join('test/models/llama', name))]));
  const { options, home } = await makeWorld({ 'acme/llama': { commit: 'a'.repeat(40), files, large: [GRAPH, DATA] } });
  const { folder } = await download(await planDownload('hf:acme/llama', options), options);
  expect(readdirSync(join(folder, 'onnx')).sort()).toEqual(['model.onnx', 'model.onnx_data']);
  stubHome(home);
  expect(await numbersOf('hf:acme/llama')).toEqual(await numbersOf('folder:test/models/llama'));
});
