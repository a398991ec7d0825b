import { describe, expect, it } from 'vitest';
import { Sample } from '../../../src/data/sample';

describe('Sample', () => {
  const example = (text: string) => ({ text, label: 'x', file: 'f.csv', line: 1 });
  const sampleOf = (size: number, seed: number, texts: readonly string[]): Sample => {
    const sample = new Sample(size, seed);
    for (const text of texts) sample.add(example(text));
    return sample;
  };
  const texts = (count: number) => Array.from({ length: count }, (_, i) => `text ${i}`);

  it('keeps all of what fits, once each', () => {
    const sample = sampleOf(5, 0, ['a', 'b', 'a', 'c', 'a', 'b']);
    expect(sample.take().map(({ text }) => text)).toHaveLength(3);
    expect([sample.seen, sample.repeated]).toEqual([6, 3]);
  });

  it('keeps `size` of more, and does not grow with the stream', () => {
    for (const [size, count] of [
      [1, 1000],
      [10, 10],
      [10, 11],
      [10, 5000],
    ] as const) {
      const kept = sampleOf(size, 1, texts(count)).take();
      expect(new Set(kept.map(({ text }) => text)).size).toBe(size);
    }
  });

  it('keeps the same texts when the stream is cut at other places', () => {
    const set = (sample: Sample) => sample.take().map(({ text }) => text);
    const often = new Sample(10, 2);
    for (const text of texts(500)) {
      often.add(example(text));
      often.take();
    }
    expect(set(often)).toEqual(set(sampleOf(10, 2, texts(500))));
  });

  it('draws each text equally often over the seeds', () => {
    const hits = new Map(texts(40).map((text) => [text, 0]));
    for (let seed = 0; seed < 400; seed++) {
      for (const { text } of sampleOf(10, seed, texts(40)).take()) hits.set(text, hits.get(text)! + 1);
    }
    // Expected 400 · 10/40 = 100 with a standard deviation of √(400 · ¼ · ¾) ≈ 8.7: five of them.
    for (const count of hits.values()) expect(Math.abs(count - 100)).toBeLessThan(44);
  });

  it('puts the draw itself in a seeded order', () => {
    const first = Array.from({ length: 200 }, (_, seed) => sampleOf(4, seed, texts(4)).take()[0]!.text);
    // Each of four texts comes first about 50 times, sd ≈ 6.1.
    for (const text of texts(4)) expect(Math.abs(first.filter((t) => t === text).length - 50)).toBeLessThan(31);
  });
});
