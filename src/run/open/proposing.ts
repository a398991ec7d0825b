import type { Access, OpenProposer } from '../../model/door';
import type { Compute } from '../../model/local/session';
import { ModelError } from '../../model/modelError';
import { openProposer } from '../../model/openProposer';
import { ServerError } from '../../model/server/serverError';
import { TaskError } from '../../spec/problem';
import type { SearchSettings } from '../../spec/schema';
import { instructionTokens } from '../../spec/searches';
import type { Spec } from '../../spec/spec';

/** Queries for which the proposer is asked once, unless the spec says how often. */
const QUERIES_A_CALL = 20;
/** Tokens of an answer beside the instruction: its reason, and what some models think aloud. */
const ALOUD = 1600;

/** How a run proposes prompts: by which model, and how often. */
export interface Proposing {
  readonly proposer: OpenProposer;
  /** Requests at most. */
  readonly calls: number;
  /** Tokens of a prompt at most. */
  readonly maxTokens: number;
}

function proposerCalls({ proposerCalls: calls, queryBudget }: Pick<SearchSettings, 'proposerCalls' | 'queryBudget'>): number {
  return calls ?? Math.ceil(queryBudget / QUERIES_A_CALL);
}

/** Tokens of an answer of the proposer at most. */
function answerTokens(spec: Spec, context: number | undefined): number {
  return instructionTokens(spec, context) + ALOUD;
}

/** Opens the model that proposes prompts. @throws TaskError at its field */
export async function openProposing(
  spec: Spec,
  settings: SearchSettings,
  context: number | undefined,
  compute: Compute,
  access: Access,
): Promise<Proposing> {
  const reference = spec.proposer ?? spec.taskModel;
  try {
    const proposer = await openProposer({ reference, spec, maxTokens: answerTokens(spec, context) }, compute, access);
    return { proposer, calls: proposerCalls(settings), maxTokens: instructionTokens(spec, context) };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const path = (error instanceof ServerError && error.field) || [spec.proposer === undefined ? 'taskModel' : 'proposer'];
    throw new TaskError(spec.problemAt([...path], error.worded));
  }
}
