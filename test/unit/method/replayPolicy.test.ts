import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import type { StateSource } from '../../../src/method/policy';
import { OnnxPolicyNetwork } from '../../../src/method/policyNetwork';
import { Random } from '../../../src/method/random';
import { ReplayPolicy, type Rewarded } from '../../../src/method/replayPolicy';

const [d, A, T] = [8, 12, 2];
const random = new Random(1);
const uniform = (size: number, source = random): Float32Array => Float32Array.from({ length: size }, () => 2 * source.uniform() - 1);
const language: StateSource = {
  stateSize: d,
  // A state of its own for each prefix.
  states: (prefixes) =>
    Promise.resolve(
      Float32Array.from(prefixes.flatMap((ids) => [...uniform(d, new Random(ids.reduce((hash, id) => (hash * 31 + id) % 100_003, 7)))])),
    ),
  languageLogits: () => Promise.reject(new Error('not asked')),
};
const ACTIONS = Array.from({ length: A }, (_, a) => 40 + a);
const known: Rewarded[] = Array.from({ length: 100 }, () => {
  const prompt = [random.below(A), random.below(A)];
  return { prompt, reward: Number(prompt[0] === 3) + Number(prompt[1] === 5) };
});

async function open(): Promise<{ policy: ReplayPolicy; source: Random }> {
  const network = await OnnxPolicyNetwork.open(uniform(A * d, new Random(2)), d, 32, { threads: 1 });
  const source = new Random(3);
  const settings = { length: T, topK: 256, learningRate: 5e-3, targetRate: 0.01, hiddenSize: 32, initialisation: 'live' } as const;
  return { policy: new ReplayPolicy(settings, language, network, [500], ACTIONS, source), source };
}

describe('policy with replay', () => {
  it('learns from prompts that it never sampled, and grows surer', async () => {
    const { policy } = await open();
    const reports = [];
    for (let i = 0; i < 300; i++) reports.push(await policy.update(known, 16));
    const rolled = await policy.rollOut(60);
    const right = rolled.filter(([first, second]) => first === 3 || second === 5).length;
    expect(right).toBeGreaterThan(45); // uniform prompts: 60 · (1 − (11/12)²) = 10
    expect(reports[0]!.entropy).toBeCloseTo(Math.log(A), 2);
    expect(reports.at(-1)!.entropy).toBeLessThan(2);
  });

  it('learns nothing from rewards that are all equal but for the least noise', async () => {
    const { policy } = await open();
    const equal = known.map(({ prompt }, i) => ({ prompt, reward: 0.5 + (i % 2) * 1e-6 }));
    for (let i = 0; i < 100; i++) await policy.update(equal, 16);
    const { entropy } = await policy.update(equal, 16);
    expect(entropy).toBeGreaterThan(Math.log(A) - 0.1);
  });

  it('samples nothing where nothing is wanted', async () => {
    const { policy } = await open();
    expect(await policy.rollOut(0)).toEqual([]);
  });

  it('goes on from its saved state as it would have', async () => {
    const [one, two] = [await open(), await open()];
    for (let i = 0; i < 5; i++) await one.policy.update(known, 16);
    two.policy.restore(deserialize(serialize(one.policy.save())) as ReturnType<ReplayPolicy['save']>);
    two.source.state = one.source.state;
    for (const { policy } of [one, two]) for (let i = 0; i < 3; i++) await policy.update(known, 16);
    expect(await two.policy.rollOut(8)).toEqual(await one.policy.rollOut(8));
    expect(two.policy.save()).toEqual(one.policy.save());
  });
});
