import { GraphBuilder } from './build';
import { GraphView } from './graphView';
import { findHead } from './head';
import { narrowHead } from './narrow';
import { finish } from './prune';
import { copyModel, ELEMENT, type Model } from './schema';

/** A task model's graph, edited to score label words. */
export interface ScoringGraph {
  readonly bytes: Uint8Array;
  /** Whether the head is computed for the label words only; else for the whole vocabulary, which is slower. */
  readonly narrow: boolean;
}

/** Where the answers are: for each row, the index of its token in the batch as one sequence, [B]. */
export const PLACES = 'places';
/** Logits of the label words at those places, [B, K]. */
export const LABEL_LOGITS = 'label_logits';

/**
 * The graph with the head at one place of each row and for the label words only.
 * @param logits name of the graph's logits, [B, S, V]
 * @param kept outputs that stay, such as the keys and values
 */
export function scoringGraph(model: Model, logits: string, labelIds: readonly number[], kept: readonly string[]): ScoringGraph {
  const view = new GraphView(model.graph);
  const edited = copyModel(model);
  const { graph } = edited;
  const head = findHead(view, logits);
  const g = new GraphBuilder(graph, 'label');
  g.input(PLACES, ['batch'], ELEMENT.int64);
  const words = { ids: g.ints(labelIds), count: labelIds.length };
  graph.output = graph.output.filter((output) => kept.includes(output.name));
  // [B, S, x] as [B·S, x], and of that one row for each place.
  const atPlaces = (name: string, flat: boolean) =>
    g.op('Gather', [flat ? name : g.op('Flatten', [name], { axis: 2 }), PLACES], { axis: 0 });
  let result: string;
  if (!head) result = g.op('Gather', [atPlaces(logits, false), words.ids], { axis: 1 });
  else if (head.product.weight) result = narrowHead(g, view, head, atPlaces(head.product.node.input[0]!, head.flat), words);
  // Activations are quantised by the range of all tokens: the places are picked last.
  else result = atPlaces(narrowHead(g, view, head, head.product.node.input[0]!, words), head.flat);
  g.op('Cast', [result], { to: ELEMENT.float }, LABEL_LOGITS);
  g.output(LABEL_LOGITS, ['batch', 'labels']);
  return { bytes: finish(edited), narrow: head !== undefined };
}
