import { EXPORT_COMMANDS, GRAPH_FILES, withPastOf } from '../local/modelFiles';
import { HubError } from './hubError';
import { isInside } from './reference';

/** A model needs these. */
export const REQUIRED_FILES = ['config.json', 'tokenizer.json'] as const;
/** Taken where they are there. */
export const OPTIONAL_FILES = ['tokenizer_config.json', 'special_tokens_map.json', 'generation_config.json'] as const;

export interface ChosenFiles {
  readonly graph: string;
  /** The graph that goes on from kept keys and values, where that is a file of its own. */
  readonly withPast?: string;
  /** Weights kept outside the graphs' files. */
  readonly data: readonly string[];
  /** Configuration and tokenizer. */
  readonly small: readonly string[];
}

/**
 * Which files of a repository make one model: its configuration, its tokenizer and one ONNX graph, or both halves
 * of a split decoder, with its external data.
 * @param wanted the ONNX file that the reference names, if it names one
 * @throws HubError where something is missing, or several graphs are there and none has a known name
 */
export function chooseFiles(model: string, paths: readonly string[], wanted?: string): ChosenFiles {
  const graph = chooseGraph(model, paths, wanted);
  for (const name of REQUIRED_FILES) {
    if (paths.includes(name)) continue;
    const cure =
      name === 'tokenizer.json'
        ? `Save it once in Python, AutoTokenizer.from_pretrained("${model}").save_pretrained(FOLDER), put the ONNX files beside it and write folder:FOLDER`
        : 'Choose another export of the model, such as one of the onnx-community organisation';
    throw new HubError('files', `The model ${model} has no ${name}. ${cure}.`);
  }
  const withPast = withPastOf(graph);
  const split = withPast !== undefined && paths.includes(withPast);
  return {
    graph,
    ...(split && { withPast }),
    data: [graph, ...(split ? [withPast] : [])].flatMap((file) => externalDataFiles(paths, file)),
    small: [...REQUIRED_FILES, ...OPTIONAL_FILES].filter((name) => paths.includes(name)),
  };
}

function chooseGraph(model: string, paths: readonly string[], wanted?: string): string {
  const graphs = paths.filter((path) => path.endsWith('.onnx') && isInside(path));
  if (wanted !== undefined) {
    if (graphs.includes(wanted)) return wanted;
    throw new HubError('files', `The model ${model} has no file ${wanted}. ${graphs.length > 0 ? `It has ${list(graphs)}.` : EXPORT}`);
  }
  const known = GRAPH_FILES.find((path) => graphs.includes(path)) ?? (graphs.length === 1 ? graphs[0] : undefined);
  if (known !== undefined) return known;
  if (graphs.length === 0) throw new HubError('files', `The model ${model} has no ONNX file. ${EXPORT}`);
  throw new HubError('files', `The model ${model} has several ONNX files: ${list(graphs)}. Name one: hf:${model}#${graphs[0]}.`);
}

const EXPORT =
  'Choose a model with ONNX files, for example from the onnx-community organisation (https://huggingface.co/onnx-community), ' +
  `or export it (${EXPORT_COMMANDS}) and write folder:FOLDER.`;

/** `model.onnx_data`, `model.onnx_data_1` …, `model.onnx.data`, `model.data`: the names that exporters give. */
function externalDataFiles(paths: readonly string[], graph: string): string[] {
  const stem = graph.slice(0, -'.onnx'.length);
  return paths
    .filter((path) => {
      if (!path.startsWith(stem) || !isInside(path)) return false;
      return /^(\.onnx[_.]data([_.]?\d+)?|\.data)$/.test(path.slice(stem.length));
    })
    .sort();
}

function list(paths: readonly string[]): string {
  return paths.length <= 12 ? paths.join(', ') : `${paths.slice(0, 12).join(', ')} and ${paths.length - 12} more`;
}
