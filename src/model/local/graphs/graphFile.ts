import { readFile } from 'node:fs/promises';
import { ExternalWeights } from './externalWeights';
import { ModelError } from '../../modelError';
import { inputsOf, isMerged, isPast, keepBranch, type Branch } from './branch';
import { allNodes, integer } from './graphView';
import { decodeModel, ELEMENT, tensorValue, type Model, type TensorValue } from './schema';

/** One graph of a model on disk. Its weights are read when they are needed and not held. */
export class GraphFile {
  private constructor(
    readonly path: string,
    private readonly branch: Branch | undefined,
    readonly inputs: readonly TensorValue[],
    readonly outputs: readonly TensorValue[],
    private readonly external: ExternalWeights,
    /** Whether activations are quantized by the range of the whole batch: then a score depends on the other rows. */
    readonly batchDependent: boolean,
    /** Whether some of it is computed in fp16. */
    readonly halfPrecision: boolean,
  ) {}

  /** The graphs of a file: one, or of a merged decoder both. @throws ModelError */
  static async open(path: string): Promise<{ whole: GraphFile; withPast?: GraphFile }> {
    const model = await readGraph(path);
    if (!isMerged(model)) return { whole: GraphFile.inspect(path, undefined, model) };
    const open = (branch: Branch) => GraphFile.inspect(path, branch, keepBranch(model, branch, path));
    return { whole: open('from the start'), withPast: open('with past') };
  }

  private static inspect(path: string, branch: Branch | undefined, model: Model): GraphFile {
    const external = ExternalWeights.of(model, path);
    const nodes = [...allNodes(model.graph.node)];
    const [inputs, outputs] = [inputsOf(model), model.graph.output.map(tensorValue)];
    const dynamic = nodes.some((node) => node.opType.startsWith('DynamicQuantize'));
    const half =
      [...inputs, ...outputs].some((value) => value.elemType === ELEMENT.float16) ||
      nodes.some((node) => node.opType === 'Cast' && integer(node, 'to', 0) === ELEMENT.float16);
    return new GraphFile(path, branch, inputs, outputs, external, dynamic, half);
  }

  /** Reads the graph with the weights that are in its file. */
  async load(): Promise<Model> {
    const model = this.external.relocate(await readGraph(this.path));
    return this.branch ? keepBranch(model, this.branch, this.path) : model;
  }

  /** Files that hold weights beside the graph's own. */
  get externalFiles(): readonly string[] {
    return this.external.files;
  }

  /** The folder that the loaded graph names its weights' files in. */
  get weightsFolder(): string {
    return this.external.folder;
  }

  /** Inputs for the KV cache. */
  get pastInputs(): string[] {
    return this.inputs.map(({ name }) => name).filter(isPast);
  }

  /** Outputs that hold the KV cache, by the input that takes them; undefined if one is missing. */
  presentOutputs(pastInputs: readonly string[]): ReadonlyMap<string, string> | undefined {
    const names = new Set(this.outputs.map(({ name }) => name));
    const pairs = pastInputs.map((input) => [input, input.replace('past_key_values', 'present')] as const);
    return pairs.length > 0 && pairs.every(([, output]) => names.has(output)) ? new Map(pairs) : undefined;
  }

  takes(name: string): boolean {
    return this.inputs.some((input) => input.name === name);
  }
}

async function readGraph(path: string): Promise<Model> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new ModelError('model.unreadable', { file: path, reason: (error as Error).message });
  }
  if (Buffer.from(bytes.subarray(0, 40)).toString('latin1').startsWith('version https://git-lfs'))
    throw new ModelError('model.lfsPointer', { file: path });
  try {
    const model = decodeModel(bytes);
    if (model.graph.node.length > 0) return model;
  } catch {
    // reported below
  }
  throw new ModelError('model.notOnnx', { file: path, bytes: bytes.length });
}
