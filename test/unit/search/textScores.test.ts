import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/method/random';
import { Scorer } from '../../../src/method/scorer';
import type { TaskModel } from '../../../src/model/taskModel';
import { memorySearch, randomWithMemory } from '../../../src/search/memorySearch';
import type { SearchContext, SearchKind } from '../../../src/search/search';
import { presets } from '../../../src/spec/schema';
import { bare } from '../method/fakeTaskModel';

const [A, d, T] = [400, 8, 3];
const draws = new Random(7);
const EMBEDDING = Float32Array.from({ length: A * d }, () => draws.normal());
const DIRECTION = Float32Array.from({ length: d }, () => draws.normal());
const splits = {
  train: { set: { texts: Array.from({ length: 24 }, (_, i) => `train ${i}`), cut: 0 }, labels: new Array<number>(24).fill(0) },
  validation: { set: { texts: Array.from({ length: 24 }, (_, i) => `validation ${i}`), cut: 0 }, labels: new Array<number>(24).fill(0) },
};

function worth(id: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += DIRECTION[k]! * EMBEDDING[(id - 100) * d + k]!;
  return sum / 10;
}

/** What the model writes is good by its prompt and its row, and by chance. */
function truth(ids: readonly number[], row: number): number {
  return 1 / (1 + Math.exp(-(worth(ids.at(-1)!) + 0.3 * worth(ids[0]!) - 1 + 0.5 * Math.sin(row))));
}

const model: TaskModel = {
  key: 'texts',
  classes: 1,
  rows: (texts) => ({ texts, cut: 0 }),
  score: (prompts, set, rows) =>
    Promise.resolve(
      Float32Array.from(
        prompts.flatMap((ids) =>
          rows.map((row) => {
            const chance = new Random(ids.reduce((hash, id) => (hash * 31 + id) % 100_003, row + set.texts.length)).normal();
            return Math.min(1, Math.max(0, truth(ids, row) + 0.1 * chance));
          }),
        ),
      ),
    ),
  release: () => Promise.resolve(),
};

async function winner(kind: SearchKind, seed: number): Promise<{ truth: number; computed: number }> {
  const context = {
    settings: { ...presets.default, promptsPerStep: 8, hiddenSize: 16 },
    length: T,
    seed,
    budget: 900,
    compute: { threads: 1 },
    starts: [],
    actions: Array.from({ length: A }, (_, a) => 100 + a),
    toTask: (ids: readonly number[]) => [...ids],
    prompt: bare,
    policyModel: {
      stateSize: d,
      source: [1],
      actionEmbedding: () => EMBEDDING.slice(),
      states: (prefixes: readonly (readonly number[])[]) =>
        Promise.resolve(
          Float32Array.from(
            prefixes.flatMap((ids) => {
              const source = new Random(ids.reduce((hash, id) => (hash * 31 + id) % 100_003, 7));
              return Array.from({ length: d }, () => source.normal());
            }),
          ),
        ),
    },
    scorer: (split: 'train' | 'validation') => new Scorer(model, splits[split], 'balanced'),
  } as unknown as SearchContext;
  const search = await kind.open(context);
  while (!search.ended) await search.advance();
  const [best] = await search.finalists();
  const { computed } = search.queries;
  await search.release();
  const rows = Array.from({ length: 24 }, (_, row) => row);
  return { truth: rows.reduce((sum, row) => sum + truth(best!.tokens!, row), 0) / 24, computed };
}

describe('search for a prompt whose texts score well', () => {
  it('beats random search on an equal budget, seed after seed', async () => {
    for (const seed of [1, 2, 3]) {
      const [found, random] = [await winner(memorySearch, seed), await winner(randomWithMemory, seed)];
      expect(found.computed).toBeLessThanOrEqual(900);
      expect(random.computed).toBeLessThanOrEqual(900);
      expect(found.truth, `seed ${seed}`).toBeGreaterThan(random.truth + 0.03);
    }
  });
});
