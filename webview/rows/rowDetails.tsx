import type { ComponentChildren } from 'preact';
import type { PromptRow, RunHead } from '../../src/run/view/runView';
import { intervalOf } from '../cells';
import { percent } from '../format';
import { Template } from '../template';
import { Texts } from './texts';

/** What a row opens to: the text that the model reads, what can be done with it, accuracy by class, confusion matrix, examples. */
export function RowDetails({
  row: { prompt, test, transfer = {} },
  head,
  children,
}: {
  row: PromptRow;
  head: RunHead;
  children?: ComponentChildren;
}) {
  const classes = head.summary?.classes ?? [];
  const label = (c: number): string => classes[c]?.label ?? String(c);
  return (
    <div class="row-details">
      <div>
        <h3>What the model reads</h3>
        <Template parts={head.parts} turns={head.turns} prompt={prompt} mask={head.summary?.maskToken} />
        {children && <p class="row-buttons">{children}</p>}
      </div>
      {test?.confusion && (
        <div>
          <h3>Answers on held-out rows</h3>
          <table class="matrix">
            <caption class="hidden">Correct class by row, answer by column</caption>
            <thead>
              <tr>
                <td>class ╲ answer</td>
                {test.confusion.map((_, c) => (
                  <th scope="col">{label(c)}</th>
                ))}
                <th scope="col">accuracy</th>
              </tr>
            </thead>
            <tbody>
              {test.confusion.map((counts, c) => {
                const total = counts.reduce((a, b) => a + b, 0);
                return (
                  <tr>
                    <th scope="row">
                      {label(c)} {classes[c] && <span class="word">“{classes[c].word}”</span>}
                    </th>
                    {counts.map((n, answer) => (
                      <td class={`number heat-${total === 0 ? 0 : Math.round((4 * n) / total)}${answer === c ? ' right' : ''}`}>{n}</td>
                    ))}
                    <td class="number">{total === 0 ? '–' : percent(counts[c]! / total)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {Object.keys(transfer).length > 0 && (
        <div>
          <h3>{`Held-out ${head.texts ? 'score' : 'accuracy'} on other models`}</h3>
          <ul class="transfers">
            {Object.entries(transfer).map(([model, score]) => (
              <li key={model}>
                <b>{percent(score.accuracy)}</b> <span class="range">{intervalOf(score)}</span> {model}
              </li>
            ))}
          </ul>
        </div>
      )}
      {test?.texts && <Texts texts={test.texts} metrics={test.metrics ?? []} />}
      {test?.examples && test.examples.length > 0 && (
        <div>
          <h3>Examples</h3>
          <ul class="examples">
            {test.examples.map(({ text, label: is, predicted }) => (
              <li class={is === predicted ? 'right' : 'wrong'}>
                <span class="mark">{is === predicted ? '✓ right' : '✗ wrong'}</span>
                <q>{text}</q>
                <span class="answer">{is === predicted ? label(is) : `${label(is)}, answered ${label(predicted)}`}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
