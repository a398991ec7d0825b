import type { SearchSettings } from '../spec/schema';
import type { StopReason } from './search';

/** Why a policy that trains alone stops; undefined while it continues. `sinceBest` counts validations, `sameSteps` steps that taught nothing. */
export function policyEnd(
  { steps, convergedSteps, patience }: SearchSettings,
  { step, affordable, sinceBest, sameSteps }: { step: number; affordable: boolean; sinceBest: number; sameSteps: number },
): StopReason | undefined {
  if (step >= steps) return 'steps';
  if (!affordable) return 'budget';
  // Equal rewards have z-scores of 0: the policy learns nothing from them, and in time falls apart.
  if (convergedSteps !== null && sameSteps >= convergedSteps) return 'converged';
  return patience !== null && sinceBest >= patience ? 'patience' : undefined;
}
