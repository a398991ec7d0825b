/** Threads of ONNX Runtime at most: it starts them all first, and hangs with many more. `package.json` has the same limit. */
export const MOST_THREADS = 256;
