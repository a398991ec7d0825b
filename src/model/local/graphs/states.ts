import { GraphBuilder } from './build';
import { GraphView } from './graphView';
import { findHead, knownHead } from './head';
import { finish } from './prune';
import { copyModel, ELEMENT, type Model } from './schema';
import { POSITIONS } from './scoring';

/** The output of `stateGraph`. */
export const STATE = 'state';

/**
 * Output `state` [B, d]: what goes into the head, at one position of each row (`positions`, as in scoring).
 * @param kept outputs that stay
 */
export function stateGraph(model: Model, logits: string, kept: readonly string[] = []): Uint8Array {
  const head = knownHead(findHead(new GraphView(model.graph), logits));
  const edited = copyModel(model);
  const { graph } = edited;
  const g = new GraphBuilder(graph, 'state');
  g.input(POSITIONS, ['batch'], ELEMENT.int64);
  graph.output = graph.output.filter(({ name }) => kept.includes(name));
  const flat = head.flat ? head.state : g.op('Flatten', [head.state], { axis: 2 });
  g.op('Cast', [g.op('Gather', [flat, POSITIONS], { axis: 0 })], { to: ELEMENT.float }, STATE);
  g.output(STATE, ['batch', 'd']);
  return finish(edited);
}
