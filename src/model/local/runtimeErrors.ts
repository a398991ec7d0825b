import { ModelError } from '../modelError';

const OPERATOR = [
  /:?([\w.]+)\(-?\d+\) is not a registered function\/op/,
  /Could not find an implementation for (\w+)/,
  /No Op registered for (\w+)/,
  /Op type not supported:? (\w+)/i,
];
const MEMORY = /bad alloc|bad_alloc|failed to allocate|out of memory|Array buffer allocation failed|Invalid typed array length/i;
const VERSION = /(?:model IR version: \d+, max supported IR version: \d+|opset \d+ is under development|till opset \d+)/i;
const BOUNDS = /indices element out of data bounds|index out of range|out of bounds/i;

/** An error of ONNX Runtime in words that say what to do. */
export function runtimeError(error: unknown, model: string): Error {
  if (!(error instanceof Error)) return new ModelError('model.runtime', { model, reason: String(error) });
  if (error instanceof ModelError || error.name === 'AbortError') return error;
  const reason = error.message;
  const operator = OPERATOR.map((pattern) => pattern.exec(reason)?.[1]).find((name) => name !== undefined);
  if (operator !== undefined) return new ModelError('model.operator', { model, operator });
  if (MEMORY.test(reason)) return new ModelError('model.memory', { model });
  const version = VERSION.exec(reason)?.[0];
  if (version !== undefined) return new ModelError('model.newerRuntime', { model, version });
  return new ModelError(BOUNDS.test(reason) ? 'model.outOfBounds' : 'model.runtime', { model, reason });
}
