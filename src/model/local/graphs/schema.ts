import protobuf from 'protobufjs';

/**
 * The messages of the ONNX format (github.com/onnx/onnx, onnx.proto, IR version 10) that graphs are written and edited
 * with. Parts that we only pass through are declared as bytes: on the wire they are the same.
 */
const root = protobuf.Root.fromJSON({
  nested: {
    Model: message({
      irVersion: ['int64', 1],
      producerName: ['string', 2],
      producerVersion: ['string', 3],
      domain: ['string', 4],
      modelVersion: ['int64', 5],
      docString: ['string', 6],
      graph: ['Graph', 7],
      opsetImport: ['OperatorSet', 8, 'repeated'],
      metadataProps: ['bytes', 14, 'repeated'],
      trainingInfo: ['bytes', 20, 'repeated'],
      functions: ['bytes', 25, 'repeated'],
    }),
    OperatorSet: message({ domain: ['string', 1], version: ['int64', 2] }),
    Graph: message({
      node: ['Node', 1, 'repeated'],
      name: ['string', 2],
      initializer: ['Tensor', 5, 'repeated'],
      docString: ['string', 10],
      input: ['ValueInfo', 11, 'repeated'],
      output: ['ValueInfo', 12, 'repeated'],
      valueInfo: ['bytes', 13, 'repeated'],
      quantizationAnnotation: ['bytes', 14, 'repeated'],
      sparseInitializer: ['bytes', 15, 'repeated'],
      metadataProps: ['bytes', 16, 'repeated'],
    }),
    Node: message({
      input: ['string', 1, 'repeated'],
      output: ['string', 2, 'repeated'],
      name: ['string', 3],
      opType: ['string', 4],
      attribute: ['Attribute', 5, 'repeated'],
      docString: ['string', 6],
      domain: ['string', 7],
      overload: ['string', 8],
      metadataProps: ['bytes', 9, 'repeated'],
    }),
    Attribute: message({
      name: ['string', 1],
      f: ['float', 2],
      i: ['int64', 3],
      s: ['bytes', 4],
      t: ['Tensor', 5],
      g: ['Graph', 6],
      floats: ['float', 7, 'repeated'],
      ints: ['int64', 8, 'repeated'],
      strings: ['bytes', 9, 'repeated'],
      tensors: ['bytes', 10, 'repeated'],
      graphs: ['Graph', 11, 'repeated'],
      docString: ['string', 13],
      tp: ['bytes', 14],
      typeProtos: ['bytes', 15, 'repeated'],
      type: ['int32', 20],
      refAttrName: ['string', 21],
      sparseTensor: ['bytes', 22],
      sparseTensors: ['bytes', 23, 'repeated'],
    }),
    Tensor: message({
      dims: ['int64', 1, 'repeated'],
      dataType: ['int32', 2],
      segment: ['bytes', 3],
      floatData: ['float', 4, 'repeated'],
      int32Data: ['int32', 5, 'repeated'],
      stringData: ['bytes', 6, 'repeated'],
      int64Data: ['int64', 7, 'repeated'],
      name: ['string', 8],
      rawData: ['bytes', 9],
      doubleData: ['double', 10, 'repeated'],
      uint64Data: ['uint64', 11, 'repeated'],
      docString: ['string', 12],
      externalData: ['Entry', 13, 'repeated'],
      dataLocation: ['int32', 14],
      metadataProps: ['bytes', 16, 'repeated'],
    }),
    Entry: message({ key: ['string', 1], value: ['string', 2] }),
    ValueInfo: message({ name: ['string', 1], type: ['bytes', 2], docString: ['string', 3], metadataProps: ['bytes', 4, 'repeated'] }),
    // The type of a value: of the inputs and outputs that we add, and of the ones that we feed. Only tensors have one.
    Type: message({ tensorType: ['TensorType', 1] }),
    TensorType: message({ elemType: ['int32', 1], shape: ['Shape', 2] }),
    Shape: message({ dim: ['Dimension', 1, 'repeated'] }),
    Dimension: message({ dimValue: ['int64', 1], dimParam: ['string', 2] }),
  },
});

function message(fields: Record<string, [type: string, id: number, rule?: 'repeated']>): protobuf.IType {
  return {
    fields: Object.fromEntries(Object.entries(fields).map(([name, [type, id, rule]]) => [name, rule ? { type, id, rule } : { type, id }])),
  };
}

/** 64-bit integers are decoded as objects that keep every bit, and written from numbers too. */
type Integer = number | { toNumber(): number };

export interface Attribute {
  name: string;
  type: number;
  f?: number;
  i?: Integer;
  s?: Uint8Array;
  t?: Tensor;
  g?: Graph;
  ints?: Integer[];
  graphs?: Graph[];
}
export interface Node {
  input: string[];
  output: string[];
  name?: string;
  opType: string;
  domain?: string;
  attribute?: Attribute[];
}
export interface Tensor {
  name: string;
  dims: Integer[];
  dataType: number;
  rawData?: Uint8Array;
  floatData?: number[];
  /** `location` names the file that holds the values. */
  externalData?: { key: string; value: string }[];
}
interface ValueInfo {
  name: string;
  type: Uint8Array;
}
export interface Graph {
  node: Node[];
  name: string;
  initializer: Tensor[];
  input: ValueInfo[];
  output: ValueInfo[];
  valueInfo?: Uint8Array[];
}
export interface Model {
  irVersion: Integer;
  producerName?: string;
  graph: Graph;
  opsetImport: { domain?: string; version: Integer }[];
}

/** TensorProto.DataType of the tensors that we handle. */
export const ELEMENT = { float: 1, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

export const toNumber = (value: Integer): number => (typeof value === 'number' ? value : value.toNumber());

export function decodeModel(bytes: Uint8Array): Model {
  return root.lookupType('Model').decode(bytes) as unknown as Model;
}

export function encodeModel(model: Model): Uint8Array {
  return root.lookupType('Model').encode(model).finish();
}

/** A copy to edit: new lists of the same nodes and weights. */
export function copyModel(model: Model): Model {
  const { graph } = model;
  const { node, initializer, input, output } = graph;
  return { ...model, graph: { ...graph, node: [...node], initializer: [...initializer], input: [...input], output: [...output] } };
}

/** Type of a tensor value; a string is a symbolic dimension. */
export function tensorType(elemType: number, shape: readonly (number | string)[]): Uint8Array {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return root
    .lookupType('Type')
    .encode({ tensorType: { elemType, shape: { dim } } })
    .finish();
}

/** An input or output of a graph. */
export interface TensorValue {
  readonly name: string;
  /** One of ELEMENT; 0 if it is not a tensor. */
  readonly elemType: number;
  /** Sizes, or names of symbolic ones ('' without a name); undefined if the rank is unknown. */
  readonly dims: readonly (number | string)[] | undefined;
}

export function tensorValue({ name, type }: ValueInfo): TensorValue {
  const { tensorType: tensor } = root.lookupType('Type').decode(type) as unknown as {
    tensorType?: { elemType: number; shape?: { dim: { dimValue: Integer; dimParam: string }[] } };
  };
  const dims = tensor?.shape?.dim.map((dim) => (Object.hasOwn(dim, 'dimValue') ? toNumber(dim.dimValue) : dim.dimParam));
  return { name, elemType: tensor?.elemType ?? 0, dims };
}
