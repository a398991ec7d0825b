import { worded } from '../wording/wording';
import { setTo, type Problem, type ProblemAt } from './problem';
import { isTextModel } from './scheme';
import { hasMethod } from './searches';
import type { ParsedSpec } from './schema';

/** Prompts that a step draws for an input, and that its rewards are normalized over (Deng et al. 2022). */
export const PROMPTS_PER_INPUT = 4;

/** What a spec asks for that a prompt for each input cannot have. */
export function perInputProblems(
  { prompt, policyModel, search }: Pick<ParsedSpec, 'prompt' | 'policyModel' | 'search'>,
  problemAt: ProblemAt,
): Problem[] {
  if (!prompt.perInput) return [];
  const { promptsPerStep = PROMPTS_PER_INPUT } = search;
  const most = PROMPTS_PER_INPUT * Math.ceil(promptsPerStep / PROMPTS_PER_INPUT);
  return [
    ...(isTextModel(policyModel)
      ? [
          problemAt(['policyModel'], {
            ...worded('spec.perInputPolicy', { found: policyModel }),
            fixes: [setTo(['policyModel'], 'bundled:causal')],
          }),
        ]
      : []),
    ...(hasMethod({ search }, 'reflect')
      ? [
          problemAt(['search', 'method'], {
            ...worded('spec.perInputReflect', { method: search.method! }),
            fixes: [setTo(['search', 'method'], ['rlprompt'])],
          }),
        ]
      : []),
    ...(promptsPerStep === most
      ? []
      : [
          problemAt(['search', 'promptsPerStep'], {
            ...worded('spec.perInputStep', { promptsPerStep, each: PROMPTS_PER_INPUT }),
            fixes: [setTo(['search', 'promptsPerStep'], most)],
          }),
        ]),
  ];
}
