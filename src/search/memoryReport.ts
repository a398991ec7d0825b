import type { Known } from './archive';
import type { Estimates } from './estimates';
import type { Prompt } from './prompt';
import type { PolicyStep, RandomStep } from './search';

/** What a step of a search with a memory did, beside what every step has. */
interface Facts {
  /** Prompts that the step scored: where it found none, it is the last one, and its line is about all prompts. */
  readonly prompts: readonly Known[];
  readonly distinct: number;
  readonly shares: Readonly<Record<string, number>>;
  readonly learned: { readonly loss: number; readonly gradientNorm: number; readonly entropy: number } | undefined;
  readonly milliseconds: PolicyStep['milliseconds'];
}

type Line<Step> = Omit<Step, 'event' | 'step' | 'queries'>;

/** Mean and best reward of prompts, and the accuracies that the estimates stand for. */
export function randomLine(estimates: Estimates, { prompts }: Pick<Facts, 'prompts'>): Line<RandomStep> {
  const rewards = prompts.map(({ estimate }) => 100 * estimate);
  const { winner } = estimates;
  return {
    mean: rewards.reduce((a, b) => a + b, 0) / Math.max(1, rewards.length),
    best: rewards.reduce((a, b) => Math.max(a, b), -100),
    ...(winner && {
      estimate: {
        ...estimates.filledIn(winner),
        best: estimates.accuracy(winner),
        mean: prompts.reduce((sum, known) => sum + estimates.accuracy(known), 0) / prompts.length,
      },
    }),
  };
}

export function policyLine(estimates: Estimates, make: (ids: readonly number[]) => Prompt, facts: Facts): Line<PolicyStep> {
  const { prompts, distinct, shares, learned, milliseconds } = facts;
  const { mean, best, estimate } = randomLine(estimates, facts);
  const winner = estimates.winner!;
  const squares = prompts.reduce((sum, known) => sum + (100 * known.estimate - mean) ** 2, 0);
  return {
    mean,
    best,
    bestPrompt: make(prompts.find((known) => 100 * known.estimate === best)?.ids ?? winner.ids).prompt,
    greedy: estimates.scored(winner, make(winner.ids)),
    distinct,
    spread: Math.sqrt(squares / Math.max(1, prompts.length)),
    ...(learned ?? { entropy: 0, loss: 0, gradientNorm: 0 }),
    shares,
    ...(estimate && { estimate }),
    milliseconds,
  };
}
