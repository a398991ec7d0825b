/** Messages of `engine/`: `'engine.code': (arguments) => text`. */
export const engineWording = {
  'engine.notStarted': ({ problem }: { problem: string }) => `The engine could not be started: ${problem}`,
  'engine.killed': ({ signal }: { signal: string }) => `The engine was ended by ${signal}.`,
  'engine.ended': ({ status }: { status: number | null }) => `The engine ended with status ${status}.`,
};
