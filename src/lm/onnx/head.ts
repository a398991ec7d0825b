import { ModelError } from '../modelError';
import { GraphBuilder } from './build';
import { decodeModel, ELEMENT, encodeModel, type Graph, type Model, type Node } from './schema';

/** Where the output head of a language model's graph is: `logits = state · weight (+ bias)`. */
export interface Head {
  /** Name of the value [B, S, d] that goes into the head. */
  readonly state: string;
  /** Name of the head's weight, and whether it is stored as [V, d] (an embedding) or [d, V]. */
  readonly weight: string;
  readonly rows: 'vocabulary' | 'state';
  readonly bias: string | undefined;
}

/** Finds the output head behind the graph output `logits`. */
export function findHead(graph: Graph): Head {
  const makers = new Map<string, Node>(graph.node.flatMap((node) => node.output.map((name) => [name, node])));
  let node = makers.get('logits');
  let bias: string | undefined;
  if (node?.opType === 'Add') {
    const [a, b] = node.input.map((name) => makers.get(name));
    bias = a?.opType === 'MatMul' ? node.input[1] : node.input[0];
    node = a?.opType === 'MatMul' ? a : b;
  }
  if (node?.opType !== 'MatMul')
    throw new ModelError(
      'the output head of this model is not a matrix product that we can find: its graph needs an output "logits" made by MatMul',
    );
  const [state, weight] = node.input as [string, string];
  const transpose = makers.get(weight);
  if (transpose?.opType === 'Transpose') return { state, weight: transpose.input[0]!, rows: 'vocabulary', bias };
  return { state, weight, rows: 'state', bias };
}

/**
 * Task-model graphs: the head at one position of each row and for the label tokens only.
 * New inputs `positions` [B] and `label_ids` [K], new output `label_logits` [B, K]. With `present`, another graph keeps
 * the keys and values; the head is left out of it.
 */
export function scoringGraphs(bytes: Uint8Array): { score: Uint8Array; read: Uint8Array } {
  const score = decodeModel(bytes);
  const head = findHead(score.graph);
  const g = new GraphBuilder(score.graph, 'label');
  g.input('positions', ['batch'], ELEMENT.int64);
  g.input('label_ids', ['labels'], ELEMENT.int64);
  score.graph.output = [];
  const at = g.op('Unsqueeze', ['positions', g.ints([1])]);
  const state = g.op('GatherND', [head.state, at], { batch_dims: 1 });
  const columns =
    head.rows === 'vocabulary'
      ? g.op('Transpose', [g.op('Gather', [head.weight, 'label_ids'], { axis: 0 })], { perm: [1, 0] })
      : g.op('Gather', [head.weight, 'label_ids'], { axis: 1 });
  const product = g.op('MatMul', [state, columns]);
  if (head.bias === undefined) g.op('Identity', [product], {}, 'label_logits');
  else g.op('Add', [product, g.op('Gather', [head.bias, 'label_ids'], { axis: 0 })], {}, 'label_logits');
  g.output('label_logits', ['batch', 'labels']);

  const read = decodeModel(bytes);
  read.graph.output = read.graph.output.filter((output) => output.name.startsWith('present'));
  return { score: finish(score), read: finish(read) };
}

/**
 * The policy's view of a causal model: `state` [B, d], the head's input at one position of each row, and the head's
 * weight itself as `embedding` ([V, d] or [d, V], told by `rows`).
 */
export function stateGraphs(bytes: Uint8Array): { states: Uint8Array; embedding: Uint8Array; rows: Head['rows'] } {
  const states = decodeModel(bytes);
  const head = findHead(states.graph);
  const g = new GraphBuilder(states.graph, 'state');
  g.input('positions', ['batch'], ELEMENT.int64);
  states.graph.output = [];
  g.op('GatherND', [head.state, g.op('Unsqueeze', ['positions', g.ints([1])])], { batch_dims: 1 }, 'state');
  g.output('state', ['batch', 'd']);

  const embedding = decodeModel(bytes);
  const e = new GraphBuilder(embedding.graph, 'embedding');
  embedding.graph.output = [];
  e.op('Identity', [head.weight], {}, 'embedding');
  e.output('embedding', ['rows', 'columns']);
  return { states: finish(states), embedding: finish(embedding), rows: head.rows };
}

/** Drops every node, weight and input that no output needs. */
function finish(model: Model): Uint8Array {
  const { graph } = model;
  const needed = new Set(graph.output.map((output) => output.name));
  const kept: Node[] = [];
  for (const node of [...graph.node].reverse()) {
    if (!node.output.some((name) => needed.has(name))) continue;
    kept.push(node);
    for (const name of node.input) needed.add(name);
  }
  graph.node = kept.reverse();
  graph.initializer = graph.initializer.filter((tensor) => needed.has(tensor.name));
  graph.input = graph.input.filter((input) => needed.has(input.name));
  return encodeModel(model);
}
