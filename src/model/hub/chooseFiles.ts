import { EXPORT_COMMANDS, GRAPH_FILES, withPastOf } from '../local/modelFiles';
import { HubError } from './hubError';
import { isInside } from './reference';

/** Files that a model needs. */
const REQUIRED_FILES = ['config.json', 'tokenizer.json'] as const;
/** Files that are used if they exist. */
export const OPTIONAL_FILES = [
  'tokenizer_config.json',
  'chat_template.jinja',
  'special_tokens_map.json',
  'generation_config.json',
] as const;

export interface ChosenFiles {
  readonly graph: string;
  /** The graph that continues from a KV cache, when that is a separate file. */
  readonly withPast?: string;
  /** Weights outside the graphs' files. */
  readonly data: readonly string[];
  /** Configuration and tokenizer. */
  readonly small: readonly string[];
}

/**
 * The files of a repository that make one model: its configuration, its tokenizer and one ONNX graph, or both halves of a
 * split decoder, with its external data.
 * @param wanted the ONNX file that the reference names, if any
 * @throws HubError when something is missing, or there are several graphs and none has a known name
 */
export function chooseFiles(model: string, paths: readonly string[], wanted?: string): ChosenFiles {
  const graph = chooseGraph(model, paths, wanted);
  for (const name of REQUIRED_FILES) {
    if (paths.includes(name)) continue;
    throw new HubError(name === 'tokenizer.json' ? 'hub.noTokenizer' : 'hub.noConfiguration', [{ model }]);
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
    throw new HubError('hub.noFile', [{ model, file: wanted, graphs, commands: EXPORT_COMMANDS }]);
  }
  const known = GRAPH_FILES.find((path) => graphs.includes(path)) ?? (graphs.length === 1 ? graphs[0] : undefined);
  if (known !== undefined) return known;
  if (graphs.length === 0) throw new HubError('hub.noGraph', [{ model, commands: EXPORT_COMMANDS }]);
  throw new HubError('hub.severalGraphs', [{ model, graphs }]);
}

/** `model.onnx_data`, `model.onnx_data_1` …, `model.onnx.data`, `model.data`: the names that exporters use. */
function externalDataFiles(paths: readonly string[], graph: string): string[] {
  const stem = graph.slice(0, -'.onnx'.length);
  return paths
    .filter((path) => {
      if (!path.startsWith(stem) || !isInside(path)) return false;
      return /^(\.onnx[_.]data([_.]?\d+)?|\.data)$/.test(path.slice(stem.length));
    })
    .sort();
}
