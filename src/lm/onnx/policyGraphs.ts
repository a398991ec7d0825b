import { GraphBuilder } from './build';
import { GraphView } from './graphView';
import { findHead, type Head } from './head';
import { finish } from './prune';
import { ELEMENT, type Model } from './schema';
import { PLACES } from './scoring';

/** What the policy needs to know of a model's output head. */
export interface HeadShape {
  readonly vocabulary: number;
  readonly stateSize: number;
}

/** The shape of the output head; undefined where the graph has none that can be taken out. */
export function headShape(model: Model, logits: string): HeadShape | undefined {
  const head = findHead(new GraphView(model.graph), logits);
  return head?.state === undefined ? undefined : { vocabulary: head.product.vocabulary, stateSize: head.product.stateSize };
}

/** Output `state` [B, d]: what goes into the head, at one place of each row (`places`, as in scoring). */
export function stateGraph(model: Model, logits: string): Uint8Array {
  const { graph } = model;
  const head = known(findHead(new GraphView(graph), logits));
  const g = new GraphBuilder(graph, 'state');
  g.input(PLACES, ['batch'], ELEMENT.int64);
  graph.output = [];
  const flat = head.flat ? head.state : g.op('Flatten', [head.state], { axis: 2 });
  g.op('Cast', [g.op('Gather', [flat, PLACES], { axis: 0 })], { to: ELEMENT.float }, 'state');
  g.output('state', ['batch', 'd']);
  return finish(model);
}

/** A graph without inputs whose output `embedding` is the head's weight in numbers: [V, d] if `transposed`, else [d, V]. */
export function embeddingGraph(model: Model, logits: string): { bytes: Uint8Array; transposed: boolean } {
  const { graph } = model;
  const head = known(findHead(new GraphView(graph), logits));
  const { weight, node, bias, stateSize } = head.product;
  const g = new GraphBuilder(graph, 'embedding');
  graph.output = [];
  g.output('embedding', ['rows', 'columns']);
  if (weight) {
    // A transposed embedding is read as it is stored.
    const maker = new GraphView(graph).maker(weight.name);
    const stored = maker?.opType === 'Transpose' && !weight.transposed ? maker.input[0]! : weight.name;
    g.op('Cast', [stored], { to: ELEMENT.float }, 'embedding');
    return { bytes: finish(model), transposed: weight.transposed || stored !== weight.name };
  }
  // The product of the identity and a quantised weight is the weight in numbers.
  const identity = new Float32Array(stateSize * stateSize);
  for (let i = 0; i < stateSize; i++) identity[i * stateSize + i] = 1;
  graph.node = graph.node.filter((each) => !each.output.includes(head.state));
  graph.input = [];
  g.floats(identity, [1, stateSize, stateSize], head.state);
  if (bias !== undefined && node.input[bias]) node.input[bias] = '';
  node.attribute = (node.attribute ?? []).filter((each) => each.name !== 'accuracy_level');
  const product = head.scaling.at(-1)?.node ?? node;
  g.op('Cast', [g.op('Flatten', [product.output[0]!], { axis: 2 })], { to: ELEMENT.float }, 'embedding');
  return { bytes: finish(model), transposed: false };
}

/** Logits [N, V] of states [N, d]: inputs `states` and `embedding` [V, d], and what the head does behind its product. */
export function languageHeadGraph(model: Model, logits: string): Uint8Array {
  const { graph } = model;
  const head = known(findHead(new GraphView(graph), logits));
  const { node, bias } = head.product;
  const g = new GraphBuilder(graph, 'language');
  g.input('states', ['N', 'd']);
  g.input('embedding', ['V', 'd']);
  graph.output = [];
  const number = (name: string) => g.op('Cast', [name], { to: ELEMENT.float });
  let result = g.op('Gemm', ['states', 'embedding'], { transB: 1 });
  if (bias !== undefined && node.input[bias]) result = g.op('Add', [result, number(node.input[bias])]);
  // All in fp32: what only changes the kind of number falls away.
  for (const { node, data } of head.steps.filter((step) => ['Add', 'Sub', 'Mul', 'Div', 'Tanh'].includes(step.node.opType)))
    result = g.like(
      node,
      node.input.map((name, i) => (i === data ? result : number(name))),
    );
  g.op('Identity', [result], {}, 'language_logits');
  g.output('language_logits', ['N', 'V']);
  return finish(model);
}

function known(head: Head | undefined): Head & { state: string } {
  if (head?.state === undefined) throw new Error('the graph has no output head that can be taken out');
  return { ...head, state: head.state };
}
