import type { AnswerReader } from './answer';
import type { TextModel, TextScore } from './textModel';

/** Label words by what the model writes: right or wrong, with nothing between. */
export class AnswerModel implements TextModel {
  readonly batch = 1;
  readonly how =
    'there are no log-probabilities: a label word is scored by whether the model writes it, so a reward knows right and wrong and nothing between';

  constructor(
    readonly identity: readonly unknown[],
    private readonly reader: AnswerReader,
    private readonly write: (text: string, signal?: AbortSignal) => Promise<string>,
    readonly tokensPerText: () => number | undefined = () => undefined,
  ) {}

  async score(texts: readonly string[], signal?: AbortSignal): Promise<TextScore[]> {
    const answers = await Promise.all(texts.map((text) => this.write(text, signal)));
    return answers.map((answer) => ({ logits: this.reader.logits(answer), missing: 0 }));
  }
}
