import { GraphBuilder } from '../model/local/graphs/build';
import { GraphView } from '../model/local/graphs/graphView';
import { findHead, knownHead } from '../model/local/graphs/head';
import { finish } from '../model/local/graphs/prune';
import { copyModel, ELEMENT, type Model } from '../model/local/graphs/schema';

/** What the policy needs to know about a model's output head. */
interface HeadShape {
  readonly vocabulary: number;
  readonly stateSize: number;
}

/** The shape of the output head; undefined if the graph has none that can be taken out. */
export function headShape(model: Model, logits: string): HeadShape | undefined {
  const head = findHead(new GraphView(model.graph), logits);
  return head?.state === undefined ? undefined : { vocabulary: head.product.vocabulary, stateSize: head.product.stateSize };
}

/** A graph without inputs whose output `embedding` is the head's weight in numbers: [V, d] if `transposed`, else [d, V]. */
export function embeddingGraph(model: Model, logits: string): { bytes: Uint8Array; transposed: boolean } {
  const head = knownHead(findHead(new GraphView(model.graph), logits));
  const edited = copyModel(model);
  const { graph } = edited;
  const { weight, node, bias, stateSize } = head.product;
  const g = new GraphBuilder(graph, 'embedding');
  graph.output = [];
  g.output('embedding', ['rows', 'columns']);
  if (weight) {
    // Read a transposed embedding as it is stored.
    const maker = new GraphView(model.graph).maker(weight.name);
    const stored = maker?.opType === 'Transpose' && !weight.transposed ? maker.input[0]! : weight.name;
    g.op('Cast', [stored], { to: ELEMENT.float }, 'embedding');
    return { bytes: finish(edited), transposed: weight.transposed || stored !== weight.name };
  }
  // The product of the identity and a quantized weight is the weight in numbers.
  const identity = new Float32Array(stateSize * stateSize);
  for (let i = 0; i < stateSize; i++) identity[i * stateSize + i] = 1;
  const plain = {
    ...node,
    input: node.input.map((name, i) => (i === bias ? '' : name)),
    attribute: (node.attribute ?? []).filter((each) => each.name !== 'accuracy_level'),
  };
  graph.node = graph.node.flatMap((each) => (each === node ? [plain] : each.output.includes(head.state) ? [] : [each]));
  graph.input = [];
  g.floats(identity, [1, stateSize, stateSize], head.state);
  const product = head.scaling.at(-1)?.node ?? node;
  g.op('Cast', [g.op('Flatten', [product.output[0]!], { axis: 2 })], { to: ELEMENT.float }, 'embedding');
  return { bytes: finish(edited), transposed: false };
}

/** Logits [N, V] of states [N, d]: inputs `states` and `embedding` [V, d], and what the head does after its product. */
export function languageHeadGraph(model: Model, logits: string): Uint8Array {
  const head = knownHead(findHead(new GraphView(model.graph), logits));
  const edited = copyModel(model);
  const { graph } = edited;
  const { node, bias } = head.product;
  const g = new GraphBuilder(graph, 'language');
  g.input('states', ['N', 'd']);
  g.input('embedding', ['V', 'd']);
  graph.output = [];
  const number = (name: string) => g.op('Cast', [name], { to: ELEMENT.float });
  let result = g.op('Gemm', ['states', 'embedding'], { transB: 1 });
  if (bias !== undefined && node.input[bias]) result = g.op('Add', [result, number(node.input[bias])]);
  // All in fp32, so casts and quantization are left out.
  for (const { node, data } of head.steps.filter((step) => ['Add', 'Sub', 'Mul', 'Div', 'Tanh'].includes(step.node.opType)))
    result = g.like(
      node,
      node.input.map((name, i) => (i === data ? result : number(name))),
    );
  g.op('Identity', [result], {}, 'language_logits');
  g.output('language_logits', ['N', 'V']);
  return finish(edited);
}
