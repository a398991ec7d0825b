import { expect, it } from 'vitest';
import { readModel } from '../../../../src/model/local/modelFolder';
import { fragmentsAmong } from '../../../../src/search/labelWords/fragments';

it('tells words from fragments that a model continues', async () => {
  const words = ['terrible', 'great', 'business', 'clichés', 'politics'];
  // Tokens of the vocabulary, all of them.
  const fragments = ['unint', 'explos', 'restra', 'compar', 'certific'];
  const model = await readModel('bundled:causal', '.');
  const tokens = model.tokenizer.words(true);
  for (const fragment of fragments) expect(tokens).toContain(fragment);
  expect([...(await fragmentsAmong([...words, ...fragments], model, { threads: 1 }))].sort()).toEqual([...fragments].sort());
});
