import type { FromEngine } from '../messages/engine';
import { TaskError } from '../spec/problem';

/** Mistakes in this program, by what the language calls them: their message alone says too little. */
const CRASHES = [TypeError, RangeError, ReferenceError, SyntaxError, URIError];

/**
 * The last message of a job that failed. Of a crash the place goes to the log, which the host shows with the message.
 * @param uncaught the error came where none was looked for
 */
export function failure(error: unknown, uncaught = false): FromEngine {
  const crash = uncaught || !(error instanceof Error) || CRASHES.some((kind) => error instanceof kind);
  if (crash) console.error(error instanceof Error ? error.stack : error);
  return {
    type: 'failed',
    message: error instanceof Error ? error.message : String(error),
    problems: error instanceof TaskError ? error.problems : [],
  };
}
