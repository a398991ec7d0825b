import { GraphBuilder } from '../model/local/graphs/build';
import { floats, openSession, values, type Compute, type Session } from '../model/local/session';

/** Products of weight vectors [C, d] with every token's embedding [A, d]: what each token would add, [C, A]. */
export class TokenTables {
  private constructor(
    private readonly session: Session,
    private readonly embedding: Float32Array,
    private readonly d: number,
  ) {}

  static async open(embedding: Float32Array, d: number, compute: Compute): Promise<TokenTables> {
    const g = new GraphBuilder();
    g.input('weights', ['C', d]);
    g.input('embedding', ['A', d]);
    g.op('Gemm', ['weights', 'embedding'], { transB: 1 }, 'table');
    g.output('table', ['C', 'A']);
    return new TokenTables(await openSession(g.build(), compute), embedding, d);
  }

  async of(weights: Float32Array): Promise<Float32Array> {
    const { d, embedding } = this;
    const output = await this.session.run({
      weights: floats(weights, [weights.length / d, d]),
      embedding: floats(embedding, [embedding.length / d, d]),
    });
    return values(output.table);
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
