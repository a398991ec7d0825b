import { useState } from 'preact/hooks';
import type { RunHead } from '../src/run/view/runView';
import { count, percent, plural } from './format';

type Given = NonNullable<NonNullable<RunHead['summary']>['perInput']>;

/** Of the different prompts. */
const SHOWN = 15;

/** What stands in the place of the winning prompt where a policy gives each input its own. */
export function PolicyPrompt({ given: { prompts, test } }: { given: Given }) {
  return (
    <p class="winner-prompt">
      <b>A prompt for each input</b>{' '}
      <span class="origin origin-policy">{`${plural(prompts.length, 'prompt')} for ${plural(test.n, 'held-out row')}`}</span>
    </p>
  );
}

/** The different prompts of a policy, and held-out inputs with the prompts that they got; a prompt chosen in the one filters the other. */
export function Inputs({ head: { summary } }: { head: RunHead }) {
  const [chosen, choose] = useState<number>();
  const given = summary?.perInput;
  if (!given) return null;
  const { prompts, inputs, promptOf } = given;
  const most = prompts.slice(0, SHOWN);
  const rows = inputs.filter(({ prompt }) => chosen === undefined || prompt === chosen);
  const label = (c: number): string => summary.classes[c]?.label ?? String(c);
  return (
    <section class="inputs" aria-label="Inputs and their prompts">
      <h2>Inputs and their prompts</h2>
      <fieldset>
        <legend>{`The ${most.length < prompts.length ? `${most.length} most frequent of ${count(prompts.length)}` : count(prompts.length)} different prompts, with the held-out rows that got them`}</legend>
        <label>
          <input type="radio" name="given-prompt" checked={chosen === undefined} onChange={() => choose(undefined)} /> all{' '}
          <b>{count(promptOf.length)}</b>
        </label>
        {most.map(({ prompt, rows: of }, place) => (
          <label key={prompt}>
            <input type="radio" name="given-prompt" checked={chosen === place} onChange={() => choose(place)} />{' '}
            <code>{prompt.trim()}</code> <b>{count(of)}</b>
          </label>
        ))}
      </fieldset>
      <table>
        <caption class="hidden">Held-out inputs with the prompts that they got</caption>
        <thead>
          <tr>
            <th scope="col">Input</th>
            <th scope="col">Prompt</th>
            <th scope="col">{inputs[0]?.score === undefined ? 'Answer' : 'Score'}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ text, prompt, label: right, predicted, score }, i) => (
            <tr key={i}>
              <td>{text}</td>
              <td>
                <code>{prompts[prompt]!.prompt.trim()}</code>
              </td>
              {score === undefined ? (
                <td class={predicted === right ? 'right' : 'wrong'}>
                  {typeof predicted !== 'number' ? 'none' : `${label(predicted)}${predicted === right ? '' : `, not ${label(right!)}`}`}
                </td>
              ) : (
                <td class="number">{score === null ? 'not scored' : percent(score)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">{`${plural(rows.length, 'input')} shown of ${count(promptOf.length)}.`}</p>
    </section>
  );
}
