import { toNumber, type Attribute, type Graph, type Node, type Tensor } from './schema';

/** Which node makes a value of a graph, and what can be known about the value without running anything. */
export class GraphView {
  private readonly makers: Map<string, Node>;
  private readonly tensors: Map<string, Tensor>;
  private readonly constants = new Map<string, boolean>();

  constructor(readonly graph: Graph) {
    this.makers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node])));
    this.tensors = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  }

  maker(name: string | undefined): Node | undefined {
    return name === undefined ? undefined : this.makers.get(name);
  }

  /** Whether a value depends on weights alone, not on the graph's inputs. */
  isConstant(name: string): boolean {
    let known = this.constants.get(name);
    if (known === undefined) {
      const maker = this.makers.get(name);
      known = maker
        ? maker.input.every((input) => input === '' || this.isConstant(input)) && subgraphs(maker).length === 0
        : this.tensors.has(name);
      this.constants.set(name, known);
    }
    return known;
  }

  /** Sizes of a weight, or of one that was cast, transposed or dequantized; undefined if unknown. */
  dims(name: string): readonly number[] | undefined {
    const tensor = this.tensors.get(name);
    if (tensor) return tensor.dims.map(toNumber);
    const maker = this.makers.get(name);
    if (!maker) return undefined;
    if (maker.opType === 'Constant') return attribute(maker, 'value')?.t?.dims.map(toNumber);
    if (['Cast', 'Identity', 'DequantizeLinear', 'QuantizeLinear'].includes(maker.opType)) return this.dims(maker.input[0]!);
    if (maker.opType === 'Transpose') {
      const dims = this.dims(maker.input[0]!);
      const perm = attribute(maker, 'perm')?.ints?.map(toNumber) ?? dims?.map((_, i) => dims.length - 1 - i);
      return dims && perm?.map((axis) => dims[axis]!);
    }
    return undefined;
  }
}

export function attribute(node: Node, name: string): Attribute | undefined {
  return node.attribute?.find((each) => each.name === name);
}

/** An attribute that is an integer, or the operator's default. */
export function integer(node: Node, name: string, otherwise: number): number {
  const value = attribute(node, name);
  return value ? toNumber(value.i ?? 0) : otherwise;
}

/** The graphs inside a node, such as the branches of an If. */
export function subgraphs(node: Node): Graph[] {
  return (node.attribute ?? []).flatMap(({ g, graphs }) => [...(g ? [g] : []), ...(graphs ?? [])]);
}

/** Nodes, and the nodes of the graphs inside them. */
export function* allNodes(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node;
    for (const inner of subgraphs(node)) yield* allNodes(inner.node);
  }
}

/** Every tensor that is stored with a graph. */
export function* allTensors(graph: Graph): Generator<Tensor> {
  yield* graph.initializer;
  for (const node of graph.node) {
    for (const each of node.attribute ?? []) if (each.t) yield each.t;
    for (const inner of subgraphs(node)) yield* allTensors(inner);
  }
}
