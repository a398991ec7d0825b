import { expect, it } from 'vitest';
import type { PromptRow } from '../../../src/run/view/runView';
import { similarRows } from '../../../webview/similar';

const row = (prompt: string, origin: PromptRow['origin'] = 'policy') =>
  ({ prompt, origin, pieces: prompt.split(' ') }) as unknown as PromptRow;
const groups = (rows: readonly PromptRow[]) =>
  [...similarRows(rows)].map(([{ prompt }, similar]) => [prompt, similar.map((one) => one.prompt)]);

it('groups found prompts that share half of their tokens with a better one, and no others', () => {
  const rows = [
    row('this So'),
    row('military So'),
    row('this So', 'random'),
    row('this Just', 'manual'),
    row('clichés truly'),
    row('this truly'),
  ];
  expect(groups(rows)).toEqual([
    ['this So', ['military So', 'this truly']],
    ['clichés truly', []],
  ]);
});

it('takes two of five tokens in common for two prompts, and tokens at other places for others', () => {
  expect(groups([row('a b c d e'), row('a b x y z'), row('a b c y z'), row('b a d c f')])).toEqual([
    ['a b c d e', ['a b c y z']],
    ['a b x y z', []],
    ['b a d c f', []],
  ]);
});
