import { ModelError } from '../modelError';

const FULL_PRECISION = 'Choose another file of the model (FOLDER#onnx/model.onnx, say), or export it again with a current optimum-cli';

/** What ONNX Runtime complains of, in words that say what to do. */
export function runtimeError(error: unknown, reference: string): Error {
  if (!(error instanceof Error)) return new ModelError(`${reference}: ${String(error)}`);
  if (error instanceof ModelError || error.name === 'AbortError') return error;
  const { message } = error;
  const operator =
    /:?([\w.]+)\(-?\d+\) is not a registered function\/op/.exec(message) ??
    /Could not find an implementation for (\w+)/.exec(message) ??
    /No Op registered for (\w+)/.exec(message) ??
    /Op type not supported:? (\w+)/i.exec(message);
  if (operator)
    return new ModelError(
      `The model ${reference} uses the operator ${operator[1]}, which ONNX Runtime cannot run here. ${FULL_PRECISION}.`,
    );
  if (/bad alloc|bad_alloc|failed to allocate|out of memory|Array buffer allocation failed|Invalid typed array length/i.test(message))
    return new ModelError(
      `There is not enough memory for the model ${reference}. Close other programs, choose a smaller or a quantised file of it (FOLDER#onnx/model_quantized.onnx, say), or a smaller model.`,
    );
  const version = /(?:model IR version: \d+, max supported IR version: \d+|opset \d+ is under development|till opset \d+)/i.exec(message);
  if (version)
    return new ModelError(
      `The model ${reference} was written for a newer ONNX Runtime than this one (${version[0]}). Export it again with --opset 18, or update the extension.`,
    );
  if (/indices element out of data bounds|index out of range|out of bounds/i.test(message))
    return new ModelError(
      `The model ${reference} was given a token or a place that it does not have: do tokenizer.json and config.json belong to this ONNX file? (${message})`,
    );
  return new ModelError(`ONNX Runtime cannot run the model ${reference}: ${message}`);
}
