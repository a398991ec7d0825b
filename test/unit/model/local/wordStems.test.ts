import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { wordStems } from '../../../../src/model/local/tokenizer/wordStems';

describe('word stems', () => {
  it('drops a token that one later merge used up, and keeps one that mostly stands alone', () => {
    // `remem` is made at rank 2 and lengthened at once; `go` is made at rank 3 and lengthened a thousand merges later.
    const merges: [string, string][] = [
      ['r', 'e'],
      ['m', 'e'],
      ['re', 'mem'],
      ['g', 'o'],
      ['remem', 'ber'],
      ...Array.from({ length: 1000 }, (_, i): [string, string] => ['x', String(i)]),
      ['go', 'ods'],
    ];
    const stems = wordStems(merges);
    expect(stems.has('remem')).toBe(true);
    expect(stems.has('remember')).toBe(false);
    expect(stems.has('go')).toBe(false);
  });

  it('knows stems from words in the bundled vocabulary', () => {
    const { model } = JSON.parse(readFileSync('models/causal/tokenizer.json', 'utf8')) as { model: { merges: [string, string][] } };
    const stems = wordStems(model.merges);
    for (const stem of ['Ġcontem', 'Ġremem', 'Ġatmosp', 'Ġinvol', 'Ġproble']) expect(stems.has(stem), stem).toBe(true);
    for (const word of ['Ġgood', 'Ġgreat', 'Ġterrible', 'Ġmovie', 'Ġtruly', 'Ġworld', 'Ġsports']) expect(stems.has(word), word).toBe(false);
  });

  it('finds none without merges', () => {
    expect(wordStems([]).size).toBe(0);
  });
});
