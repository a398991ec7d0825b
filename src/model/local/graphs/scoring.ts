import { GraphBuilder } from './build';
import { GraphView } from './graphView';
import { findHead } from './head';
import { headOn } from './narrow';
import { finish } from './prune';
import { copyModel, ELEMENT, type Model } from './schema';

/** A task model's graph, edited to score the words that may come next. */
export interface ScoringGraph {
  readonly bytes: Uint8Array;
  /** Whether the head is computed for the label words only; else for the whole vocabulary, which is slower. */
  readonly narrow: boolean;
}

/** Positions of the answers: for each row, the index of its token in the flattened batch, [B]. */
export const POSITIONS = 'positions';
/** Logits of the label words, or of all words, at those positions, [B, K]. */
export const LABEL_LOGITS = 'label_logits';

/**
 * The graph with the head at one position of each row, for the label words only or for the whole vocabulary.
 * @param logits name of the graph's logits, [B, S, V]
 * @param kept outputs that stay, such as the KV cache
 */
export function scoringGraph(model: Model, logits: string, labelIds: readonly number[] | 'all', kept: readonly string[]): ScoringGraph {
  const view = new GraphView(model.graph);
  const edited = copyModel(model);
  const { graph } = edited;
  const head = findHead(view, logits);
  const g = new GraphBuilder(graph, 'label');
  g.input(POSITIONS, ['batch'], ELEMENT.int64);
  const words = labelIds === 'all' ? undefined : { ids: g.ints(labelIds), count: labelIds.length };
  graph.output = graph.output.filter((output) => kept.includes(output.name));
  // [B, S, x] flattened to [B·S, x], and one row of it for each position.
  const atPositions = (name: string, flat: boolean) =>
    g.op('Gather', [flat ? name : g.op('Flatten', [name], { axis: 2 }), POSITIONS], { axis: 0 });
  let result: string;
  const picksLast = head && !head.product.weight && head.product.node.opType !== 'MatMulNBits';
  if (!head || (!words && picksLast)) {
    const all = atPositions(logits, false);
    result = words ? g.op('Gather', [all, words.ids], { axis: 1 }) : all;
  } else if (head.product.weight || !words) result = headOn(g, view, head, atPositions(head.product.node.input[0]!, head.flat), words);
  // Activations are quantized by the range of all tokens: the positions are picked last.
  else result = atPositions(headOn(g, view, head, head.product.node.input[0]!, words), head.flat);
  g.op('Cast', [result], { to: ELEMENT.float }, LABEL_LOGITS);
  g.output(LABEL_LOGITS, ['batch', 'labels']);
  return { bytes: finish(edited), narrow: head !== undefined };
}
