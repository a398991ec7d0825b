import type { OpenProposer, ProposerAnswer } from '../door';
import { ServerError } from './serverError';

/** Requests in a row that a server fails and that end a run. */
const IN_A_ROW = 8;

/**
 * Answers of a proposer that is asked with text. A request that fails for good costs its proposal; the run ends where every
 * further one would fail, too.
 */
export function proposerAnswers(
  write: (
    request: string,
    seed: number,
    signal?: AbortSignal,
  ) => Promise<{ readonly text: string | undefined; readonly tokens?: number | undefined }>,
): OpenProposer['answer'] {
  let inARow = 0;
  return async (request, seed, signal): Promise<ProposerAnswer> => {
    try {
      const { text, tokens } = await write(request, seed, signal);
      inARow = 0;
      return { text, tokens: tokens ?? Math.ceil((request.length + (text ?? '').length) / 4), counted: tokens !== undefined };
    } catch (error) {
      if (!(error instanceof ServerError) || error.lasting) throw error;
      // A request that is refused, as one that is too long, says nothing about others: the search continues without it.
      if (error.passing && ++inARow >= IN_A_ROW)
        throw new ServerError('broken', 'server.allFailed', [{ requests: inARow, problem: error.message }]);
      return { text: undefined, problem: error.message, tokens: Math.ceil(request.length / 4), counted: false };
    }
  };
}
