import { allNodes, subgraphs } from './graphView';
import { encodeModel, type Model, type Node } from './schema';

/** The model file of a graph without the nodes, weights and inputs that no output needs. */
export function finish(model: Model): Uint8Array {
  const { graph } = model;
  const needed = new Set(graph.output.map((output) => output.name));
  const kept: Node[] = [];
  for (const node of [...graph.node].reverse()) {
    if (!node.output.some((name) => needed.has(name))) continue;
    kept.push(node);
    // The graphs inside a node see the values around it.
    for (const inner of allNodes([node])) {
      for (const name of inner.input) needed.add(name);
      for (const graph of subgraphs(inner)) for (const output of graph.output) needed.add(output.name);
    }
  }
  graph.node = kept.reverse();
  graph.initializer = graph.initializer.filter((tensor) => needed.has(tensor.name));
  graph.input = graph.input.filter((input) => needed.has(input.name));
  return encodeModel(model);
}
