import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import type { ChoiceDerivatives, PolicyNetwork, PolicyOutput, PolicyWeights, StateSource } from '../../../src/method/policy';
import { OnnxPolicyNetwork } from '../../../src/method/policyNetwork';
import { Random } from '../../../src/method/random';
import { Trainer, type RewardOf, type StepReport, type TrainerSettings, type TrainerState } from '../../../src/method/trainer';
import { entropy64, logSumExp64, NAMES, PlainNetwork, qRow, rowOf, to64, uniform } from './plainPolicy';

const sizes = { d: 8, h: 32, A: 10 };
const { d, A } = sizes;
/** Token ids are not action indices. */
const SOURCE = [500];
const ACTIONS = Array.from({ length: A }, (_, a) => 41 + 3 * a);
const VOCABULARY = 80;
const embedding = uniform(A * d, 1, new Random(17));

const SETTINGS: TrainerSettings = {
  length: 2,
  promptsPerStep: 16,
  topK: 256,
  learningRate: 5e-3,
  targetRate: 0.01,
  gradientClip: 5,
  logitBias: 0,
  fluentTopK: null,
  hiddenSize: sizes.h,
  initialisation: 'live',
  seed: 3,
};

/** A state of its own for each prefix, and a fixed head on top. */
class FakeLanguage implements StateSource {
  readonly stateSize = d;
  readonly asked: (readonly number[])[] = [];
  private readonly head = uniform(VOCABULARY * d, 1, new Random(23));

  state(prefix: readonly number[]): Float32Array {
    const seed = prefix.reduce((hash, id) => (hash * 31 + id) % 1_000_003, 7);
    return uniform(d, 2, new Random(seed));
  }

  states(prefixes: readonly (readonly number[])[]): Promise<Float32Array> {
    this.asked.push(...prefixes.map((prefix) => [...prefix]));
    return Promise.resolve(Float32Array.from(prefixes.flatMap((prefix) => Array.from(this.state(prefix)))));
  }

  logit(state: Float32Array, id: number): number {
    return state.reduce((sum, x, i) => sum + x * this.head[id * d + i]!, 0);
  }

  languageLogits(states: Float32Array): Promise<Float32Array> {
    const N = states.length / d;
    return Promise.resolve(
      Float32Array.from({ length: N * VOCABULARY }, (_, i) => this.logit(rowOf(states, d, Math.floor(i / VOCABULARY)), i % VOCABULARY)),
    );
  }

  /** The k actions that the frozen model itself finds likeliest after a prompt. */
  fluent(prompt: readonly number[], k: number): number[] {
    const state = this.state([...SOURCE, ...prompt.map((a) => ACTIONS[a]!)]);
    return ACTIONS.map((id, a) => ({ a, logit: this.logit(state, id) }))
      .sort((x, y) => y.logit - x.logit)
      .slice(0, k)
      .map(({ a }) => a);
  }
}

interface GradientCall extends ChoiceDerivatives {
  readonly weights: PolicyWeights;
  readonly states: Float32Array;
  readonly bias: Float32Array;
}

/** Keeps copies of what it was asked. */
class RecordingNetwork implements PolicyNetwork {
  readonly forward: PolicyWeights[] = [];
  readonly backward: GradientCall[] = [];
  private readonly plain = new PlainNetwork(sizes, embedding);

  look(weights: PolicyWeights, states: Float32Array, bias: Float32Array, k: number): Promise<PolicyOutput> {
    this.forward.push(copy(weights));
    return this.plain.look(weights, states, bias, k);
  }

  values(weights: PolicyWeights, states: Float32Array, bias: Float32Array): Promise<Float32Array> {
    this.forward.push(copy(weights));
    return this.plain.values(weights, states, bias);
  }

  gradient(weights: PolicyWeights, states: Float32Array, bias: Float32Array, choices: ChoiceDerivatives): Promise<PolicyWeights> {
    this.backward.push({ weights: copy(weights), states, bias, ...choices });
    return this.plain.gradient(weights, states, bias, choices);
  }
}

function copy<T>(value: T): T {
  return deserialize(serialize(value)) as T;
}

/** 100 for action 3 and then 7, 40 for one of them in its place. */
const toyReward: RewardOf = (prompts) =>
  Promise.resolve(prompts.map(([first, second]) => (first === 3 && second === 7 ? 100 : first === 3 || second === 7 ? 40 : 0)));

function trainer(
  changes: Partial<TrainerSettings> = {},
  rewardOf = toyReward,
  network: PolicyNetwork = new PlainNetwork(sizes, embedding),
) {
  return new Trainer({ ...SETTINGS, ...changes }, new FakeLanguage(), network, [SOURCE], ACTIONS, rewardOf);
}

type Trace = Omit<StepReport, 'milliseconds'>;

async function steps(of: Trainer, n: number): Promise<Trace[]> {
  const trace: Trace[] = [];
  for (let i = 0; i < n; i++) {
    const { milliseconds: _, ...numbers } = await of.train();
    trace.push(numbers);
  }
  return trace;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

describe('learning', () => {
  it.each([3, 4])('finds the two tokens of a toy task, seed %i', async (seed) => {
    const toy = trainer({ seed });
    const rewards = (await steps(toy, 200)).map((report) => report.mean);
    const [first, last] = [mean(rewards.slice(0, 20)), mean(rewards.slice(-20))];
    // Uniformly drawn prompts get 0.01 · 100 + 0.18 · 40 = 8.2.
    expect(first).toBeLessThan(30);
    expect(last).toBeGreaterThan(first + 50);
    expect(await toy.greedy()).toEqual([3, 7]);
  });

  it('follows the same path with the ONNX network as with plain loops', async () => {
    const network = await OnnxPolicyNetwork.open(embedding, d, sizes.h, { threads: 1 });
    const onnx = await steps(trainer({}, toyReward, network), 25);
    await network.release();
    const plain = await steps(trainer(), 25);
    onnx.forEach((report, i) => {
      expect(report.mean).toBe(plain[i]!.mean);
      expect(report.bestPrompt).toEqual(plain[i]!.bestPrompt);
      expect(report.loss).toBeCloseTo(plain[i]!.loss, 2);
      expect(report.gradientNorm).toBeCloseTo(plain[i]!.gradientNorm, 2);
      expect(report.entropy).toBeCloseTo(plain[i]!.entropy, 3);
    });
  });
});

describe('repetition', () => {
  it('the same seed gives the identical trace, another seed another', async () => {
    const one = await steps(trainer(), 20);
    expect(await steps(trainer(), 20)).toEqual(one);
    expect(await steps(trainer({ seed: 5 }), 20)).not.toEqual(one);
  });

  it.each([
    [
      4,
      [
        '820 763 732 649 704 640 568 596 582 843 768 804 800 705 685 764',
        '622 888 758 788 666 756 568 522 687 586 788 687 762 687 555 626',
      ],
    ],
    [
      256,
      [
        '253 598 912 950 762 542 185 117 287 415 539 149 850 875 113 123',
        '550 987 913 077 908 424 011 725 597 693 672 110 308 569 255 907',
      ],
    ],
  ])('a seed draws the prompts that version 0.1.0 drew, top-k %i', async (topK, drawn) => {
    const prompts: string[] = [];
    const record: RewardOf = (asked) => {
      prompts.push(asked.map((prompt) => prompt.join('')).join(' '));
      return toyReward(asked, []);
    };
    await steps(trainer({ seed: topK === 4 ? 11 : 12, length: 3, topK }, record), 2);
    expect(prompts).toEqual(drawn);
  });

  it.each([0, 1, 12])('goes on from a checkpoint of step %i as if it had never stopped', async (at) => {
    const whole = trainer();
    await steps(whole, at);
    const checkpoint = copy(whole.save());
    expect(checkpoint.step).toBe(at);
    const expected = await steps(whole, 10);

    // The seed of the one that takes over must not matter: everything random is in the checkpoint.
    const other = trainer({ seed: 77 });
    await steps(other, 3);
    other.restore(checkpoint);
    expect(other.step).toBe(at);
    expect(await steps(other, 10)).toEqual(expected);
    expect(copy(other.save())).toEqual(copy(whole.save()));
    expect(await other.greedy()).toEqual(await whole.greedy());
  });

  it('the greedy prompt is asked for without changing the path', async () => {
    const quiet = await steps(trainer(), 10);
    const asked = trainer();
    const trace: Trace[] = [];
    for (let i = 0; i < 10; i++) {
      trace.push(...(await steps(asked, 1)));
      await asked.greedy();
    }
    expect(trace).toEqual(quiet);
  });
});

describe('one step', () => {
  it('reports mean, best, its prompt and the population spread of the rewards', async () => {
    const seen: (readonly number[])[] = [];
    const { step, ...report } = await trainer({}, (prompts) => {
      seen.push(...prompts.map((prompt) => [...prompt]));
      return Promise.resolve(prompts.map((_, b) => (b === 11 ? 20 : b)));
    }).train();
    expect(step).toBe(1);
    // 0 + 1 + … + 15 = 120, with 20 for 11: 129 / 16
    expect(report.mean).toBeCloseTo(129 / 16, 10);
    expect(report.best).toBe(20);
    expect(report.bestPrompt).toEqual(seen[11]);
    // Squares: 1240 − 121 + 400 = 1519; 1519 / 16 − (129 / 16)² = 29.933594, root 5.471160
    expect(report.spread).toBeCloseTo(5.47116, 5);
    expect(report.entropy).toBeCloseTo(Math.log(A), 4);
    expect(Object.values(report.milliseconds).every((time) => time >= 0)).toBe(true);
  });

  it('takes the gradient over all choices in rollout order, each at its state, and computes a shared state once', async () => {
    const language = new FakeLanguage();
    const network = new RecordingNetwork();
    const prompts: (readonly number[])[] = [];
    const three = new Trainer({ ...SETTINGS, length: 3 }, language, network, [SOURCE], ACTIONS, (asked) => {
      prompts.push(...asked.map((prompt) => [...prompt]));
      return Promise.resolve(asked.map((_, b) => b));
    });
    await three.train();
    const call = network.backward[0]!;
    expect(call.action).toEqual(prompts.flat());
    expect(call.bias).toEqual(new Float32Array(A));
    prompts.forEach((prompt, b) => {
      expect(prompt.length).toBe(3);
      for (let t = 0; t < 3; t++) {
        const state = language.state([...SOURCE, ...prompt.slice(0, t).map((a) => ACTIONS[a]!)]);
        expect(rowOf(call.states, d, call.state[b * 3 + t]!)).toEqual(state);
      }
    });
    const prefixes = new Set(prompts.flatMap((prompt) => [0, 1, 2].map((t) => prompt.slice(0, t).join())));
    expect(call.states.length).toBe(prefixes.size * d);
    expect(language.asked.length).toBe(prefixes.size);
  });

  it('loss and gradient are those of the z-scored and shaped rewards and the lagging target', async () => {
    const network = new RecordingNetwork();
    let rewards: number[] = [];
    const random = new Random(1);
    const [B, T] = [6, 3];
    const toy = trainer(
      { promptsPerStep: B, length: T, targetRate: 0.3 },
      (prompts) => {
        rewards = prompts.map(() => 100 * random.uniform());
        return Promise.resolve(rewards);
      },
      network,
    );
    await steps(toy, 6);
    const target = to64(toy.save().target);
    const online = to64(toy.save().weights);

    const [report] = await steps(toy, 1);
    const { states, state, action } = network.backward.at(-1)!;
    const average = mean(rewards);
    const deviation = Math.sqrt(mean(rewards.map((r) => (r - average) ** 2)));
    const noBias = new Float32Array(A);
    const row = (w: typeof online, n: number): number[] => qRow(sizes, w, rowOf(states, d, state[n]!), embedding, noBias);
    let loss = 0;
    let entropy = 0;
    for (let b = 0; b < B; b++) {
      const r = (5 * (rewards[b]! - average)) / (deviation + 1e-4);
      const V = Array.from({ length: T }, (_, t) => logSumExp64(row(target, b * T + t)));
      const logPi = Array.from({ length: T }, (_, t) => {
        const q = row(online, b * T + t);
        entropy += entropy64(q) / (B * T);
        return q[action[b * T + t]!]! - logSumExp64(q);
      });
      for (let t = 0; t < T; t++) {
        const one = logPi[t]! - ((t + 1 < T ? V[t + 1]! : r) - V[t]!);
        const multi = logPi.slice(t).reduce((a, x) => a + x, 0) - (r - V[t]!);
        loss += (one ** 2 + multi ** 2) / 2 / B;
      }
    }
    expect(Math.abs(report!.loss / loss - 1)).toBeLessThan(1e-5);
    expect(report!.entropy).toBeCloseTo(entropy, 5);
    expect(report!.gradientNorm).toBeGreaterThan(0);
  });

  it('each input is a source: its states follow its ids, and its rewards are normalized among its own prompts', async () => {
    const network = new RecordingNetwork();
    const language = new FakeLanguage();
    const [T, sources] = [2, [[500, 7], [500, 8, 9], [500]]] as const;
    let rewards: number[] = [];
    let drawn: readonly number[] = [];
    let prompts: (readonly number[])[] = [];
    const random = new Random(4);
    const settings = { ...SETTINGS, length: T, promptsPerStep: 8, promptsPerSource: 4 };
    const inputs = new Trainer(settings, language, network, sources, ACTIONS, (asked, of) => {
      [prompts, drawn] = [asked.map((prompt) => [...prompt]), [...of]];
      // The rewards of one input are far from those of the others.
      rewards = of.map((source) => 1000 * source + 100 * random.uniform());
      return Promise.resolve(rewards);
    });
    const seen: number[] = [];
    for (let step = 0; step < 3; step++) {
      const weights = to64(inputs.save().weights);
      const target = to64(inputs.save().target);
      const [report] = await steps(inputs, 1);
      expect(drawn.slice(0, 4)).toEqual(Array(4).fill(drawn[0]));
      expect(drawn.slice(4)).toEqual(Array(4).fill(drawn[4]));
      seen.push(drawn[0]!, drawn[4]!);
      const { states, state } = network.backward.at(-1)!;
      let loss = 0;
      for (let b = 0; b < 8; b++) {
        const own = rewards.filter((_, other) => drawn[other] === drawn[b]);
        const average = mean(own);
        const r = (5 * (rewards[b]! - average)) / (Math.sqrt(mean(own.map((x) => (x - average) ** 2))) + 1e-4);
        const at = [0, 1].map((t) => language.state([...sources[drawn[b]!]!, ...prompts[b]!.slice(0, t).map((a) => ACTIONS[a]!)]));
        at.forEach((expected, t) => expect(rowOf(states, d, state[b * T + t]!)).toEqual(expected));
        const V = at.map((each) => logSumExp64(qRow(sizes, target, each, embedding, new Float32Array(A))));
        const logPi = at.map((each, t) => {
          const q = qRow(sizes, weights, each, embedding, new Float32Array(A));
          return q[prompts[b]![t]!]! - logSumExp64(q);
        });
        const last = logPi[1]! - (r - V[1]!);
        const errors = [logPi[0]! - (V[1]! - V[0]!), last, logPi[0]! + logPi[1]! - (r - V[0]!), last];
        loss += errors.reduce((sum, error) => sum + error ** 2, 0) / 2 / 8;
      }
      expect(Math.abs(report!.loss / loss - 1)).toBeLessThan(1e-5);
    }
    // Six draws of three inputs: each comes up once before any comes up again.
    expect([...seen.slice(0, 3)].sort()).toEqual([0, 1, 2]);
    expect([...seen.slice(3)].sort()).toEqual([0, 1, 2]);
  });

  it('the target equals the online network at the first step and then lags by τ', async () => {
    const network = new RecordingNetwork();
    const toy = trainer({ targetRate: 0.25 }, toyReward, network);
    const states: TrainerState[] = [copy(toy.save())];
    for (let i = 0; i < 4; i++) {
      await toy.train();
      states.push(copy(toy.save()));
    }
    // Of each step's three forward passes (T = 2, then the target) the last is the target's.
    expect(network.forward.length).toBe(12);
    expect(network.forward[2]).toEqual(states[0]!.weights);
    let target = to64(states[0]!.weights);
    for (let k = 1; k < 4; k++) {
      const online = to64(states[k]!.weights);
      expect(network.forward[3 * k]).toEqual(states[k]!.weights);
      const previous = target;
      target = Object.fromEntries(
        NAMES.map((name) => [name, previous[name].map((x, i) => 0.75 * x + 0.25 * online[name][i]!)]),
      ) as unknown as typeof target;
      for (const name of NAMES)
        network.forward[3 * k + 2]![name].forEach((x, i) => expect(Math.abs(x - target[name][i]!)).toBeLessThan(1e-7));
      expect(network.forward[3 * k + 2]).not.toEqual(states[k]!.weights);
    }
  });

  it('moves the weights by Adam on the clipped gradient: at first by the learning rate', async () => {
    const toy = trainer({ learningRate: 1e-3, gradientClip: 1e-3 });
    const before = copy(toy.save()).weights;
    const report = await toy.train();
    const after = toy.save();
    expect(report.gradientNorm).toBeGreaterThan(1e-3);
    // A mean is a tenth of the clipped gradient at the first step.
    const norm = Math.sqrt(NAMES.reduce((sum, name) => sum + after.adam.mean[name].reduce((a, x) => a + x * x, 0), 0));
    expect(norm).toBeCloseTo(1e-4, 8);
    const moved = Array.from(after.weights.b2, (x, i) => Math.abs(x - before.b2[i]!));
    for (const x of moved) expect(Math.abs(x / 1e-3 - 1)).toBeLessThan(0.01);
  });

  it('gets no signal, and no NaN, from prompts with one reward', async () => {
    const toy = trainer({}, (prompts) => Promise.resolve(prompts.map(() => 37)));
    const trace = await steps(toy, 5);
    for (const report of trace) {
      expect(report).toMatchObject({ mean: 37, best: 37, spread: 0 });
      expect(Number.isFinite(report.loss) && Number.isFinite(report.gradientNorm)).toBe(true);
    }
    for (const name of NAMES) expect(toy.save().weights[name].every(Number.isFinite)).toBe(true);
  });

  it('top-k acts in sampling only: with k = 1 all prompts are the greedy one, and the entropy is over all actions', async () => {
    const prompts: (readonly number[])[] = [];
    const toy = trainer({ topK: 1 }, (asked) => {
      prompts.push(...asked);
      return Promise.resolve(asked.map((_, b) => b));
    });
    const greedy = await toy.greedy();
    const [report] = await steps(toy, 1);
    expect(prompts).toEqual(Array.from({ length: 16 }, () => greedy));
    expect(report!.entropy).toBeCloseTo(Math.log(A), 4);
  });
});

describe('logit bias and the fluency constraint', () => {
  it('adds the bias to every logit', async () => {
    const network = new RecordingNetwork();
    await steps(trainer({ logitBias: -10 }, toyReward, network), 1);
    expect(network.backward[0]!.bias).toEqual(new Float32Array(A).fill(-10));
  });

  it('limits actions to the frozen model’s own k likeliest, in sampling, in π and in the greedy prompt', async () => {
    const language = new FakeLanguage();
    const network = new RecordingNetwork();
    const prompts: (readonly number[])[] = [];
    const settings = { ...SETTINGS, length: 3, fluentTopK: 4, logitBias: -10, learningRate: 0.02 };
    const fluent = new Trainer(settings, language, network, [SOURCE], ACTIONS, (asked) => {
      prompts.push(...asked.map((prompt) => [...prompt]));
      return Promise.resolve(asked.map((prompt) => prompt.filter((a) => a % 2 === 0).length));
    });
    const trace = await steps(fluent, 30);
    expect(prompts.length).toBe(30 * 16);
    for (const prompt of prompts) prompt.forEach((a, t) => expect(language.fluent(prompt.slice(0, t), 4)).toContain(a));
    expect(trace[0]!.entropy).toBeCloseTo(Math.log(4), 4);
    for (const report of trace) {
      expect(report.entropy).toBeLessThan(Math.log(4) + 1e-6);
      expect(Number.isFinite(report.loss)).toBe(true);
    }
    expect(mean(trace.slice(-5).map((report) => report.mean))).toBeGreaterThan(trace[0]!.mean);
    const greedy = await fluent.greedy();
    greedy.forEach((a, t) => expect(language.fluent(greedy.slice(0, t), 4)).toContain(a));

    // The rows of the gradient's bias belong to the rows of its states.
    const { bias, states, state, action } = network.backward[7]!;
    expect(bias.length / A).toBe(states.length / d);
    for (let b = 0; b < 16; b++) {
      for (let t = 0; t < 3; t++) {
        const allowed = new Set(language.fluent(action.slice(b * 3, b * 3 + t), 4));
        const expected = Array.from({ length: A }, (_, a) => (allowed.has(a) ? -10 : -1e9));
        expect(Array.from(rowOf(bias, A, state[b * 3 + t]!))).toEqual(expected);
      }
    }
  });

  it('is no limit where k reaches the number of actions', async () => {
    expect(await steps(trainer({ fluentTopK: A }), 5)).toEqual(await steps(trainer(), 5));
  });
});
