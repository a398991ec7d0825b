import type { RunResult } from '../../../src/run/result/result';

/** A result with one prompt, and no prompt, as a run writes it. */
export function smallResult(changes: Partial<RunResult> = {}): RunResult {
  const split = { reward: 12, gap: 0.2, accuracy: 0.75 };
  const estimate = { accuracy: 0.75, interval: [0.5, 0.9], n: 16 } as const;
  const ranked = { pieces: [], estimate, roundTrip: true, gap: 0.2, train: split, validation: split };
  return {
    format: 1,
    status: 'finished',
    spec: 'small.prompt-task.json',
    taskModel: 'bundled:causal',
    policyModel: 'bundled:causal',
    template: '{input} {prompt}',
    classes: [],
    seed: 0,
    steps: 3,
    stopped: 'steps',
    seconds: 1.5,
    peakMemory: 300,
    queries: { asked: 64, computed: 48 },
    randomQueries: null,
    testQueries: 16,
    learning: { first: 20, last: 30 },
    majorityBaseline: 0.5,
    pairedTest: { onlyFirst: 0, onlySecond: 0, p: 1 },
    notes: [],
    prompts: [
      { ...ranked, rank: 1, prompt: ' Overall', tokens: [7], origin: 'policy', perplexity: 40 },
      { ...ranked, rank: 2, prompt: '', tokens: [], origin: 'none', gap: 0.1, perplexity: null },
    ],
    ...changes,
  };
}
