import type { GraphBuilder } from './build';
import { attribute, integer, type GraphView } from './graphView';
import { stepDims, type Head } from './head';
import { toNumber } from './schema';

/** Some words of the vocabulary: the name of their ids in the graph, and how many they are. */
interface Words {
  readonly ids: string;
  readonly count: number;
}

/**
 * Adds the head on other data: its product and steps, with the columns of some words only, which saves the cost of the
 * whole vocabulary, or with all of them.
 * @param data what goes into the product
 * @returns name of the words' logits, [.., K]
 */
export function headOn(g: GraphBuilder, view: GraphView, head: Head, data: string, words?: Words): string {
  const { node, columns, vocabulary } = head.product;
  const picker = words && new Picker(g, view, words, vocabulary);
  const inputs = node.input.map((name, i) => (i === 0 ? data : name));
  if (picker) for (const { input, axis } of columns) inputs[input] = picker.pick(node.input[input]!, axis);
  const product = g.like(node, inputs, words && node.opType === 'MatMulNBits' ? { N: words.count } : {});
  const picked = (name: string): string => {
    if (!picker) return name;
    const dims = name === '' ? [] : stepDims(name, view)!;
    return dims.at(-1) === vocabulary ? picker.pick(name, dims.length - 1) : name;
  };
  return [...head.scaling, ...head.steps].reduce(
    (result, step) =>
      g.like(
        step.node,
        step.node.input.map((name, i) => (i === step.data ? result : picked(name))),
      ),
    product,
  );
}

/** Picks the entries of some words from weights before they are cast, transposed or dequantized, so that nothing is computed for other words. */
class Picker {
  constructor(
    private readonly g: GraphBuilder,
    private readonly view: GraphView,
    private readonly words: Words,
    private readonly vocabulary: number,
  ) {}

  pick(name: string, axis: number): string {
    const { g, view } = this;
    const maker = view.maker(name);
    if (maker?.opType === 'Cast' || maker?.opType === 'Identity') return g.like(maker, [this.pick(maker.input[0]!, axis)]);
    if (maker?.opType === 'Transpose') {
      const perm = attribute(maker, 'perm')?.ints?.map(toNumber) ?? view.dims(name)!.map((_, i, dims) => dims.length - 1 - i);
      return g.like(maker, [this.pick(maker.input[0]!, perm[axis]!)]);
    }
    if (maker?.opType === 'DequantizeLinear') {
      const [data, ...scales] = maker.input as [string, ...string[]];
      const rank = view.dims(data)!.length;
      const scaleDims = view.dims(scales[0]!);
      const scaled = (integer(maker, 'axis', 1) + rank) % rank;
      // One scale for all, or one for each entry of an axis.
      if (scaleDims && scaleDims.length <= 1) {
        const own = scaleDims.length === 1 && scaleDims[0]! > 1 && scaled === axis;
        return g.like(maker, [this.pick(data, axis), ...scales.map((scale) => (own ? this.pick(scale, 0) : scale))]);
      }
    }
    // The scale of quantized activations times the weight's.
    if (maker?.opType === 'Mul' && !view.isConstant(name))
      return g.like(
        maker,
        maker.input.map((input) => {
          const dims = stepDims(input, view)!;
          return dims.at(-1) === this.vocabulary ? this.pick(input, dims.length - 1) : input;
        }),
      );
    return this.gather(name, axis);
  }

  private gather(name: string, axis: number): string {
    const { g } = this;
    const dims = this.view.dims(name);
    if (dims?.length !== 1 || dims[0] === this.vocabulary) return g.op('Gather', [name, this.words.ids], { axis });
    // Scales and zero points of blocks in one row, word after word.
    const rows = g.op('Gather', [g.op('Reshape', [name, g.ints([this.vocabulary, -1])]), this.words.ids], { axis: 0 });
    return g.op('Reshape', [rows, g.ints([-1])]);
  }
}
