import { attribute, GraphView, integer } from './graphView';
import type { Node } from './schema';

/**
 * The output head of a language model's graph: a product of states and a weight of vocabulary size, and what is done to
 * its result on the way to the logits (a bias, a scale, a soft cap, a cast).
 */
export interface Head {
  readonly product: Product;
  /** What turns a product of integers into numbers: a cast, and the scales of both sides. */
  readonly scaling: readonly Step[];
  /** From the product's result in numbers to the logits, in order. */
  readonly steps: readonly Step[];
  /** Name of the numbers that go into the head, [B, S, d]; undefined if the graph holds them only as integers. */
  readonly state: string | undefined;
  /** Whether the product runs on [B·S, d]. */
  readonly flat: boolean;
}

interface Product {
  readonly node: Node;
  /** Which inputs have an entry for each word of the vocabulary, and on which axis. */
  readonly columns: readonly { readonly input: number; readonly axis: number }[];
  /** The weight's name and whether it is [V, d] (`transposed`) or [d, V]; undefined if it is stored in blocks of bits or as integers. */
  readonly weight: { readonly name: string; readonly transposed: boolean } | undefined;
  /** Which input is a bias, if any. */
  readonly bias: number | undefined;
  readonly vocabulary: number;
  readonly stateSize: number;
}

/** A node that changes each number by itself; all its inputs but one are the same for every token. */
interface Step {
  readonly node: Node;
  /** Index of the input that comes from the step before. */
  readonly data: number;
}

const ELEMENTWISE = new Set(['Cast', 'Identity', 'Tanh', 'Add', 'Sub', 'Mul', 'Div', 'QuantizeLinear', 'DequantizeLinear']);

/** A head that can be taken out. Callers have checked that there is one: without one, models are refused when they are opened. */
export function knownHead(head: Head | undefined): Head & { state: string } {
  if (head?.state === undefined) throw new Error('the graph has no output head that can be taken out');
  return { ...head, state: head.state };
}

/** Finds the head by walking back from the logits; undefined if it is of an unknown kind. */
export function findHead(view: GraphView, logits: string): Head | undefined {
  const steps: Step[] = [];
  let name = logits;
  let reshaped = false;
  for (;;) {
    const node = view.maker(name);
    if (!node) return undefined;
    const product = findProduct(node, view);
    if (product) {
      if (!steps.every((step) => isPerWord(step, view, product.vocabulary))) return undefined;
      const scaled = steps.findIndex((step) => step.node.input.some((input) => isScale(input, view))) + 1;
      return {
        product,
        scaling: steps.slice(0, scaled),
        steps: steps.slice(scaled),
        state: stateOf(product, view),
        flat: reshaped || node.opType === 'Gemm',
      };
    }
    if (node.opType === 'Reshape') {
      reshaped = true;
      name = node.input[0]!;
      continue;
    }
    const changing = node.input.flatMap((input, i) => (view.isConstant(input) || isScale(input, view) ? [] : [i]));
    const [data] = changing;
    if (!ELEMENTWISE.has(node.opType) || data === undefined || changing.length > 1) return undefined;
    steps.unshift({ node, data });
    name = node.input[data]!;
  }
}

/** Where each kind of product has its weight and its bias. Fused and quantized ones are ONNX Runtime's own. */
const PRODUCTS: Record<string, { weight: number; bias?: number }> = {
  MatMul: { weight: 1 },
  Gemm: { weight: 1, bias: 2 },
  FusedMatMul: { weight: 1 },
  MatMulInteger: { weight: 1 },
  MatMulIntegerToFloat: { weight: 1, bias: 6 },
  DynamicQuantizeMatMul: { weight: 1, bias: 4 },
  QLinearMatMul: { weight: 3 },
};
const FLOAT_PRODUCTS = ['MatMul', 'Gemm', 'FusedMatMul'];

function findProduct(node: Node, view: GraphView): Product | undefined {
  if (node.opType === 'MatMulNBits') return findBlockProduct(node, view);
  const { weight: at, bias } = PRODUCTS[node.opType] ?? { weight: -1 };
  const weight = node.input[at];
  if (weight === undefined || !view.isConstant(weight) || view.isConstant(node.input[0]!)) return undefined;
  const dims = view.dims(weight);
  if (dims?.length !== 2 || ['transA', 'transBatchA', 'transBatchB'].some((name) => integer(node, name, 0) !== 0)) return undefined;
  const transposed = integer(node, 'transB', 0) !== 0;
  const [vocabulary, stateSize] = transposed ? [dims[0]!, dims[1]!] : [dims[1]!, dims[0]!];
  // Biases, scales and zero points of the weight's columns.
  const columns = node.input.flatMap((name, input) => {
    if (input === at) return [{ input, axis: transposed ? 0 : 1 }];
    const size = input === 0 || name === '' ? undefined : view.dims(name);
    return size?.at(-1) === vocabulary ? [{ input, axis: size.length - 1 }] : [];
  });
  const factor = (name: string) => attribute(node, name)?.f ?? 1;
  const isPlain = FLOAT_PRODUCTS.includes(node.opType) && factor('alpha') === 1 && factor('beta') === 1;
  return { node, columns, weight: isPlain ? { name: weight, transposed } : undefined, bias, vocabulary, stateSize };
}

/** The weight is stored column by column, [V, …], in blocks of 2 to 8 bits with a scale each. */
function findBlockProduct(node: Node, view: GraphView): Product | undefined {
  if (!view.isConstant(node.input[1]!) || node.input[4]) return undefined; // a fourth input orders the rows anew
  const columns = [1, 2, 3, 5].filter((input) => node.input[input]).map((input) => ({ input, axis: 0 }));
  return { node, columns, weight: undefined, bias: 5, vocabulary: integer(node, 'N', 0), stateSize: integer(node, 'K', 0) };
}

function stateOf({ node }: Product, view: GraphView): string | undefined {
  const data = node.input[0]!;
  if (!['MatMulInteger', 'MatMulIntegerToFloat', 'QLinearMatMul'].includes(node.opType)) return data;
  const maker = view.maker(data);
  return maker?.opType === 'DynamicQuantizeLinear' ? maker.input[0] : undefined;
}

/** Whether a value is the scale of quantized activations, by itself or times the weight's. */
function isScale(name: string, view: GraphView): boolean {
  const maker = view.maker(name);
  if (maker?.opType === 'DynamicQuantizeLinear') return maker.output[1] === name;
  return maker?.opType === 'Mul' && maker.input.every((input) => view.isConstant(input) || isScale(input, view));
}

/** Whether the other inputs of a step are one number each, or one for each word of the vocabulary. */
function isPerWord({ node, data }: Step, view: GraphView, vocabulary: number): boolean {
  return node.input.every((name, i) => {
    if (i === data || name === '') return true;
    const dims = stepDims(name, view);
    return dims !== undefined && dims.slice(0, -1).every((size) => size === 1) && [undefined, 1, vocabulary].includes(dims.at(-1));
  });
}

/** Sizes of a weight, or of an activation's scale (one number) times a weight's. */
export function stepDims(name: string, view: GraphView): readonly number[] | undefined {
  const known = view.dims(name);
  const maker = view.maker(name);
  if (known || !maker) return known;
  if (maker.opType === 'DynamicQuantizeLinear') return [];
  if (maker.opType !== 'Mul') return undefined;
  const [a, b] = maker.input.map((input) => stepDims(input, view));
  return a && b && (a.length > b.length ? a : b);
}
