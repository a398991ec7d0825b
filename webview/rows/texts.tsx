import type { PromptRow } from '../../src/run/view/runView';
import { percent } from '../format';

type Test = NonNullable<PromptRow['test']>;

interface TextsProps {
  readonly texts: NonNullable<Test['texts']>;
  readonly metrics: NonNullable<Test['metrics']>;
}

/** A prompt's scores by metric, and a few of the texts that the model wrote for held-out rows, with the reasons of their scores. */
export function Texts({ texts, metrics }: TextsProps) {
  return (
    <div class="texts">
      <h3>Score by metric on held-out rows</h3>
      <ul class="metrics">
        {metrics.map(({ name, score }) => (
          <li key={name}>
            {name} <b>{percent(score)}</b>
          </li>
        ))}
      </ul>
      <h3>Some texts, lowest scores first</h3>
      <ul class="outputs">
        {texts.map(({ input, references, output, score, parts }) => (
          <li key={input}>
            <q>{input}</q>
            {references.length > 0 && <span class="reference">reference: {references.join(' · ')}</span>}
            <p>
              <b>{percent(score)}</b> {output === '' ? <i>empty</i> : output}
            </p>
            <p class="reasons">{parts.map(({ name, score: own, reason }) => `${name} ${percent(own)}: ${reason}`).join(' · ')}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
