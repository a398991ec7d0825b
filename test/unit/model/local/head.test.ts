import { describe, expect, it } from 'vitest';
import { Tensor } from 'onnxruntime-node';
import { GraphBuilder } from '../../../../src/model/local/graphs/build';
import { GraphView } from '../../../../src/model/local/graphs/graphView';
import { findHead } from '../../../../src/model/local/graphs/head';
import { embeddingGraph, headShape, languageHeadGraph } from '../../../../src/method/policyGraphs';
import { stateGraph } from '../../../../src/model/local/graphs/states';
import { decodeModel, ELEMENT, encodeModel, type Model } from '../../../../src/model/local/graphs/schema';
import { LABEL_LOGITS, POSITIONS, scoringGraph } from '../../../../src/model/local/graphs/scoring';
import { floats, integers, openSession, values } from '../../../../src/model/local/session';
import { furthest } from './expectedScores';

const [V, D] = [7, 4];
const numbers = (count: number, seed: number): Float32Array => Float32Array.from({ length: count }, (_, i) => Math.sin(3 * i + seed) * 2);
const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
const UINT8 = 2;
const INT8 = 3;

/** Adds the head's weight and product to a graph; returns the name of its result. `x` is [B, S, D]. */
type MakeHead = (g: GraphBuilder, x: string) => string;

const weight = (g: GraphBuilder, dims: number[]): string => g.floats(numbers(V * D, 1), dims);
const bias = (g: GraphBuilder): string => g.floats(numbers(V, 2), [V]);
const small = (g: GraphBuilder, data: Int8Array | Uint8Array, dims: number[]): string => {
  const name = `small_${g.graph.initializer.length}`;
  g.graph.initializer.push({ name, dims, dataType: data instanceof Int8Array ? INT8 : UINT8, rawData: bytesOf(data) });
  return name;
};
const int8Weight = (g: GraphBuilder): string =>
  small(
    g,
    Int8Array.from({ length: V * D }, (_, i) => ((i * 37) % 200) - 100),
    [D, V],
  );
const scales = (g: GraphBuilder): string =>
  g.floats(
    Float32Array.from({ length: V }, (_, i) => 0.01 + i / 500),
    [V],
  );
const zeros = (g: GraphBuilder): string =>
  small(
    g,
    Int8Array.from({ length: V }, (_, i) => i - 3),
    [V],
  );
const own = (g: GraphBuilder, opType: string, input: string[], attributes: Parameters<GraphBuilder['op']>[2] = {}): string => {
  const name = g.op(opType, input, attributes);
  g.graph.node.at(-1)!.domain = 'com.microsoft';
  return name;
};
/** x quantised: values, scale, zero point. */
const quantise = (g: GraphBuilder, x: string): [string, string, string] => {
  const names: [string, string, string] = ['x_q', 'x_scale', 'x_zero'];
  g.graph.node.push({ input: [x], output: names, opType: 'DynamicQuantizeLinear', attribute: [] });
  return names;
};

const HEADS: [what: string, head: MakeHead, policy: 'exact' | 'near' | 'none'][] = [
  ['a product', (g, x) => g.op('MatMul', [x, weight(g, [D, V])]), 'exact'],
  ['a tied embedding and a bias', (g, x) => g.op('Add', [bias(g), g.op('MatMul', [x, g.op('Transpose', [weight(g, [V, D])], { perm: [1, 0] })])]), 'exact'],
  ['Gemm on rows, with its bias', (g, x) => {
    const rows = g.op('Reshape', [x, g.ints([-1, D])]);
    return g.op('Reshape', [g.op('Gemm', [rows, weight(g, [V, D]), bias(g)], { transB: 1 }), g.ints([2, 3, V])]);
  }, 'exact'],
  ['a product on rows', (g, x) => g.op('Reshape', [g.op('MatMul', [g.op('Reshape', [x, g.ints([-1, D])]), weight(g, [D, V])]), g.ints([2, 3, V])]), 'exact'],
  ['a scaled product of ONNX Runtime', (g, x) => own(g, 'FusedMatMul', [x, weight(g, [V, D])], { transB: 1, alpha: { float: 0.5 } }), 'exact'],
  ['a soft cap', (g, x) => g.op('Mul', [g.op('Tanh', [g.op('Div', [g.op('MatMul', [x, weight(g, [D, V])]), g.float(3)])]), g.float(3)]), 'exact'],
  ['weights de-quantised by one scale', (g, x) => g.op('MatMul', [x, g.op('DequantizeLinear', [g.op('Transpose', [small(g, Int8Array.from({ length: V * D }, (_, i) => i * 4 - 50), [V, D])], { perm: [1, 0] }), g.float(0.1)])]), 'near'],
  ['weights de-quantised by a scale for each word', (g, x) => g.op('MatMul', [x, g.op('DequantizeLinear', [int8Weight(g), scales(g), zeros(g)], { axis: 1 })]), 'near'],
  ['a product of integers', (g, x) => {
    const [q, scale, zero] = quantise(g, x);
    const product = g.op('Cast', [g.op('MatMulInteger', [q, int8Weight(g), zero, zeros(g)])], { to: ELEMENT.float });
    return g.op('Add', [g.op('Mul', [product, g.op('Mul', [scale, scales(g)])]), bias(g)]);
  }, 'near'],
  ['a product of integers, scaled inside', (g, x) => {
    const [q, scale, zero] = quantise(g, x);
    return own(g, 'MatMulIntegerToFloat', [q, int8Weight(g), scale, scales(g), zero, zeros(g), bias(g)]);
  }, 'near'],
  ['a product that quantises', (g, x) => own(g, 'DynamicQuantizeMatMul', [x, int8Weight(g), scales(g), zeros(g), bias(g)]), 'near'],
  ['a bias of no known size', (g, x) => g.op('Add', [g.op('MatMul', [x, weight(g, [D, V])]), g.op('ReduceMean', [x], { axes: [1, 2], keepdims: 1 })]), 'none'],
]; // prettier-ignore

/** input_ids [2, 3] → states [2, 3, D] → logits [2, 3, V] */
function build(head: MakeHead): Model {
  const g = new GraphBuilder();
  g.input('input_ids', ['batch', 'sequence'], ELEMENT.int64);
  const x = g.op('Gather', [g.floats(numbers(9 * D, 5), [9, D]), 'input_ids'], { axis: 0 });
  g.op('Identity', [head(g, x)], {}, 'logits');
  g.output('logits', ['batch', 'sequence', V]);
  return {
    irVersion: 9,
    graph: g.graph,
    opsetImport: [
      { domain: '', version: 17 },
      { domain: 'com.microsoft', version: 1 },
    ],
  };
}

const IDS = { input_ids: integers([1, 8, 3, 0, 5, 2], [2, 3]) };
const run = async (bytes: Uint8Array, feeds: Record<string, Tensor>, output: string): Promise<Float32Array> => {
  const session = await openSession(bytes, { threads: 1 });
  const result = values((await session.run(feeds))[output]).slice();
  await session.release();
  return result;
};

describe.each(HEADS)('an output head: %s', (_, head, policy) => {
  const whole = (): Promise<Float32Array> => run(encodeModel(build(head)), IDS, 'logits');
  // Row 0 at its second token, row 1 at its last.
  const PLACE = [1, 5];

  it('is computed for some words at one place', async () => {
    const labels = [6, 0, 3];
    const { bytes, narrow } = scoringGraph(build(head), 'logits', labels, []);
    expect(narrow).toBe(policy !== 'none');
    const found = await run(bytes, { ...IDS, [POSITIONS]: integers(PLACE, [2]) }, LABEL_LOGITS);
    const logits = await whole();
    expect(
      furthest(
        found,
        PLACE.flatMap((place) => labels.map((id) => logits[place * V + id]!)),
      ),
    ).toBeLessThan(1e-5);
  });

  it('leaves nothing as large as the vocabulary', () => {
    const { graph } = decodeModel(scoringGraph(build(head), 'logits', [6, 0], []).bytes);
    const view = new GraphView(graph);
    for (const node of graph.node.filter((each) => each.opType.includes('MatMul') || each.opType === 'Gemm')) {
      if (policy === 'none') continue;
      expect(node.input.some((name) => name !== '' && view.dims(name)?.includes(V))).toBe(false);
    }
  });

  it('is taken apart for the policy', async () => {
    if (policy === 'none') return expect(headShape(build(head), 'logits')).toBeUndefined();
    expect(headShape(build(head), 'logits')).toEqual({ vocabulary: V, stateSize: D });
    const states = await run(stateGraph(build(head), 'logits'), { ...IDS, [POSITIONS]: integers(PLACE, [2]) }, 'state');
    const table = numbers(9 * D, 5);
    expect(
      furthest(
        states,
        [8, 2].flatMap((id) => [...table.subarray(id * D, id * D + D)]),
      ),
    ).toBe(0);
    const { bytes, transposed } = embeddingGraph(build(head), 'logits');
    const raw = await run(bytes, {}, 'embedding');
    const embedding = transposed ? raw : Float32Array.from(raw, (__, i) => raw[(i % D) * V + Math.floor(i / D)]!);
    const found = await run(
      languageHeadGraph(build(head), 'logits'),
      { states: floats(states, [2, D]), embedding: floats(embedding, [V, D]) },
      'language_logits',
    );
    const logits = await whole();
    const expected = PLACE.flatMap((place) => [...logits.subarray(place * V, place * V + V)]);
    // The graph's own product is one of integers, or made one by ONNX Runtime; the policy's is in fp32.
    expect(furthest(found, expected)).toBeLessThan(policy === 'near' ? 0.05 : 1e-5);
  });
});

describe('a graph without a head', () => {
  it.each([
    ['a product of two states', (g: GraphBuilder, x: string) => g.op('MatMul', [x, g.op('Transpose', [x], { perm: [0, 2, 1] })])],
    [
      'an operator that mixes words',
      (g: GraphBuilder, x: string) => g.op('Softmax', [g.op('MatMul', [x, weight(g, [D, V])])], { axis: -1 }),
    ],
    ['no product at all', (_: GraphBuilder, x: string) => x],
  ])('has none to be found: %s', (_, head) => {
    expect(findHead(new GraphView(build(head).graph), 'logits')).toBeUndefined();
  });
});
