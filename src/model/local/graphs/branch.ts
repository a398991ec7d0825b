import { ModelError } from '../../modelError';
import { attribute, GraphView } from './graphView';
import { copyModel, tensorValue, type Model } from './schema';

/** The input that chooses between the two halves of a merged decoder. */
const SWITCH = 'use_cache_branch';

export type Branch = 'from the start' | 'with past';

/** Whether a graph is a merged decoder: one If whose branches read a text from its start, or continue from a KV cache. */
export function isMerged(model: Model): boolean {
  return model.graph.input.some((input) => input.name === SWITCH);
}

/** One branch of a merged decoder, as a plain graph. @param file where it is, for messages @throws ModelError */
export function keepBranch(model: Model, branch: Branch, file: string): Model {
  const kept = copyModel(model);
  const { graph } = kept;
  const choice = graph.node.find((node) => node.opType === 'If' && node.input[0] === SWITCH);
  const inner = choice && attribute(choice, branch === 'with past' ? 'then_branch' : 'else_branch')?.g;
  if (!inner) throw new ModelError('model.noBranch', { file, input: SWITCH });
  // Names inside differ from all names outside, so the nodes can join the outer ones.
  const renamed = inner.output.flatMap((output, i) => {
    const name = choice.output[i]!;
    return name === output.name
      ? []
      : [{ input: [output.name], output: [name], name: `${name}_branch`, opType: 'Identity', attribute: [] }];
  });
  graph.node = graph.node.flatMap((node) => (node === choice ? [...inner.node, ...renamed] : [node]));
  graph.initializer = [...graph.initializer, ...inner.initializer];
  graph.input = graph.input.filter((input) => input.name !== SWITCH && (branch === 'with past' || !isPast(input.name)));
  // Drop the outputs that this branch does not compute.
  const view = new GraphView(graph);
  graph.output = graph.output.filter((output) => view.maker(output.name) !== undefined);
  return kept;
}

/** Whether an input holds keys or values of earlier tokens. */
export function isPast(name: string): boolean {
  return name.startsWith('past_key_values');
}

/** Inputs of a graph; in old files the weights are listed among them. */
export function inputsOf({ graph }: Model): ReturnType<typeof tensorValue>[] {
  const weights = new Set(graph.initializer.map((tensor) => tensor.name));
  return graph.input.filter((input) => !weights.has(input.name)).map(tensorValue);
}
