import { ModelError } from '../modelError';

/** Precisions of a graph, best first: as it was trained, half, then ever fewer bits for a weight. */
const PRECISIONS = ['', '_fp16', '_int8', '_uint8', '_quantized', '_q8', '_q4f16', '_q4', '_bnb4'];
/** A whole model; one graph for both halves of decoding; a decoder that reads texts from their start. */
const GRAPHS = ['model', 'decoder_model_merged', 'decoder_model'];

/** Where exporters put a language model's graph, best first. */
export const GRAPH_FILES: readonly string[] = PRECISIONS.flatMap((precision) =>
  GRAPHS.flatMap((graph) => [`onnx/${graph}${precision}.onnx`, `${graph}${precision}.onnx`]),
);

/** How a model becomes ONNX files. */
export const EXPORT_COMMANDS = 'pip install "optimum-onnx[onnxruntime]", then optimum-cli export onnx --model NAME FOLDER';

interface ChosenGraphs {
  /** Reads texts from their start. */
  readonly graph: string;
  /** Continues from a KV cache, if that is a separate file. */
  readonly withPast: string | undefined;
}

/**
 * Which graph of a model folder to use: the one that is named, else the most exact one.
 * @param files paths of the folder's files, with `/`
 * @throws ModelError if there is none, or if the names do not tell
 */
export function chooseGraphs(reference: string, files: readonly string[], named?: string): ChosenGraphs {
  const graphs = files.filter((file) => file.endsWith('.onnx'));
  const graph = named ?? GRAPH_FILES.find((file) => graphs.includes(file)) ?? (graphs.length === 1 ? graphs[0] : undefined);
  if (graph === undefined && graphs.length === 0) throw new ModelError('model.noOnnx', { model: reference, commands: EXPORT_COMMANDS });
  if (graph === undefined) throw new ModelError('model.severalOnnx', { model: reference, files: [...graphs].sort() });
  if (!graphs.includes(graph)) throw new ModelError('model.noSuchOnnx', { model: reference, file: graph, files: [...graphs].sort() });
  const withPast = withPastOf(graph);
  return { graph, withPast: withPast !== undefined && graphs.includes(withPast) ? withPast : undefined };
}

/** The file that continues from a KV cache, next to one that reads texts from their start; undefined if one graph does both. */
export function withPastOf(graph: string): string | undefined {
  const withPast = graph.replace(/(^|\/)decoder_model(?!_merged)/, '$1decoder_with_past_model');
  return withPast === graph ? undefined : withPast;
}
