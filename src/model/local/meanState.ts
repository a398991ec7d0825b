import { ModelError } from '../modelError';
import { GraphView } from './graphs/graphView';
import { findHead } from './graphs/head';
import { POSITIONS } from './graphs/scoring';
import { stateGraph } from './graphs/states';
import type { ModelFolder } from './modelFolder';
import { integers, openSession, values, type Compute, type Session } from './session';

/** The mean of the states that a model has at a text's tokens: a direction for what the text says. */
export class MeanState {
  private constructor(
    private readonly model: ModelFolder,
    private readonly session: Session,
  ) {}

  /** @throws ModelError if the graph has no output head whose input it could read */
  static async open(model: ModelFolder, compute: Compute): Promise<MeanState> {
    const { file } = model.whole;
    const graph = await file.load();
    if (findHead(new GraphView(graph.graph), model.logits)?.state === undefined)
      throw new ModelError('model.noStates', { model: model.reference, file: file.path });
    return new MeanState(
      model,
      await openSession(stateGraph(graph, model.logits), compute, { reference: model.reference, folder: file.weightsFolder }),
    );
  }

  /**
   * Mean over the text's own tokens of what goes into the output head, [d]; of a long text, of the part that fits into the context. Texts are
   * read one by one, so none depends on the others or on padding. Undefined for a text without tokens.
   */
  async of(text: string): Promise<Float32Array | undefined> {
    const { tokenizer, context, whole } = this.model;
    const { prefix, suffix } = tokenizer;
    const own = tokenizer.encode(text).slice(0, context - prefix.length - suffix.length);
    if (own.length === 0) return undefined;
    const positions = own.map((_, i) => prefix.length + i);
    const feeds = { ...whole.feeder.feeds([[...prefix, ...own, ...suffix]]), [POSITIONS]: integers(positions, [positions.length]) };
    const states = values((await this.session.run(feeds, ['state'])).state);
    const d = states.length / own.length;
    const mean = new Float32Array(d);
    for (let i = 0; i < d; i++) {
      let sum = 0;
      for (let at = i; at < states.length; at += d) sum += states[at]!;
      mean[i] = sum / own.length;
    }
    return mean;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
