/** Messages of `run/`: `'run.code': (arguments) => text`. */
export const runWording = {};
