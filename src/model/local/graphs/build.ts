import { ELEMENT, encodeModel, tensorType, type Attribute, type Graph, type Node } from './schema';

type AttributeValue = number | readonly number[] | string | { float: number };

/** Writes ONNX nodes by name, into a graph of its own or one that is being edited. */
export class GraphBuilder {
  private count = 0;

  constructor(
    readonly graph: Graph = { node: [], name: 'rlprompt', initializer: [], input: [], output: [] },
    private readonly label = 'r',
  ) {}

  input(name: string, shape: readonly (number | string)[], type: number = ELEMENT.float): string {
    this.graph.input.push({ name, type: tensorType(type, shape) });
    return name;
  }

  output(name: string, shape: readonly (number | string)[], type: number = ELEMENT.float): void {
    this.graph.output.push({ name, type: tensorType(type, shape) });
  }

  /** Adds a node and returns the name of its first output; `others` names those that the operator must have too. */
  op(
    opType: string,
    input: readonly string[],
    attributes: Record<string, AttributeValue> = {},
    name = `${this.label}_${opType}_${this.count++}`,
    others: readonly string[] = [],
  ): string {
    this.graph.node.push({
      input: [...input],
      output: [name, ...others],
      name: `${name}_node`,
      opType,
      attribute: Object.entries(attributes).map(attribute),
    } satisfies Node);
    return name;
  }

  /** Adds a copy of a node on other inputs, some integer attributes changed. */
  like(node: Node, input: readonly string[], integers: Record<string, number> = {}): string {
    const name = `${this.label}_${node.opType}_${this.count++}`;
    const kept = (node.attribute ?? []).filter((each) => !(each.name in integers));
    this.graph.node.push({
      ...node,
      input: [...input],
      output: [name],
      name: `${name}_node`,
      attribute: [...kept, ...Object.entries(integers).map(attribute)],
    });
    return name;
  }

  ints(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const name = `${this.label}_c_${this.count++}`;
    this.graph.initializer.push({ name, dims: [...dims], dataType: ELEMENT.int64, rawData: bytes(BigInt64Array.from(values, BigInt)) });
    return name;
  }

  float(value: number): string {
    return this.floats(Float32Array.of(value), []);
  }

  floats(values: Float32Array, dims: readonly number[], name = `${this.label}_c_${this.count++}`): string {
    this.graph.initializer.push({ name, dims: [...dims], dataType: ELEMENT.float, rawData: bytes(values) });
    return name;
  }

  /** The model file of this graph. */
  build(opset = 20): Uint8Array {
    return encodeModel({ irVersion: 9, producerName: 'rlprompt', graph: this.graph, opsetImport: [{ domain: '', version: opset }] });
  }
}

// AttributeProto.type: 1 float, 2 int, 3 string, 7 ints
function attribute([name, value]: [string, AttributeValue]): Attribute {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: [...value] };
}

function bytes(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
