import { useState } from 'preact/hooks';
import type { PromptRow } from '../src/run/view/runView';
import { percent } from './format';

type Test = NonNullable<PromptRow['test']>;

interface TextsProps {
  readonly texts: NonNullable<Test['texts']>;
  readonly metrics: NonNullable<Test['metrics']>;
}

/** What the model wrote for held-out rows: each text beside its input and its references, with the reasons of its scores. */
export function Texts({ texts, metrics }: TextsProps) {
  const [metric, setMetric] = useState('');
  const scoreOf = ({ score, parts }: TextsProps['texts'][number]): number => parts.find(({ name }) => name === metric)?.score ?? score;
  const shown = [...texts].sort((a, b) => scoreOf(a) - scoreOf(b));
  const hasReferences = texts.some(({ references }) => references.length > 0);
  return (
    <div class="texts">
      <h3>Score by metric, on all held-out rows</h3>
      <ul class="metrics">
        {metrics.map(({ name, score }) => (
          <li>
            {name} <b>{percent(score)}</b>
          </li>
        ))}
      </ul>
      <h3>
        What the model wrote
        <label class="filter">
          {' '}
          Metric{' '}
          <select value={metric} onChange={(event) => setMetric(event.currentTarget.value)}>
            <option value="">all together</option>
            {metrics.map(({ name }) => (
              <option value={name}>{name}</option>
            ))}
          </select>
        </label>
      </h3>
      <table class="outputs">
        <caption class="hidden">Texts on held-out rows, lowest scores first</caption>
        <thead>
          <tr>
            <th scope="col">Input</th>
            {hasReferences && <th scope="col">Reference</th>}
            <th scope="col">Output</th>
            <th scope="col">Score</th>
            <th scope="col">Reasons</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((text) => (
            <tr>
              <td>{text.input}</td>
              {hasReferences && <td>{text.references.join(' · ')}</td>}
              <td class="output">{text.output === '' ? <i>empty</i> : text.output}</td>
              <td class="number">{percent(scoreOf(text))}</td>
              <td>
                <ul>
                  {text.parts
                    .filter(({ name }) => metric === '' || name === metric)
                    .map(({ name, score, reason }) => (
                      <li>
                        {name} {percent(score)}: {reason}
                      </li>
                    ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
