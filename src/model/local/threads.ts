/** Threads of ONNX Runtime at most: it starts them all before anything else, and many more than these hang. `package.json` has it too. */
export const MOST_THREADS = 256;
