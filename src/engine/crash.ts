/** Errors that JavaScript itself throws, so bugs in this program: their messages alone say too little. */
const BUGS = [TypeError, RangeError, ReferenceError, SyntaxError, URIError];

/** Logs where a bug was hit; errors that are worded for users need no stack. */
export function logCrash(error: unknown, uncaught = false): void {
  if (error instanceof Error && !uncaught && !BUGS.some((kind) => error instanceof kind)) return;
  console.error(error instanceof Error ? error.stack : error);
}
