import type { NextStep, PromptRow, RunView } from '../src/run/view/runView';
import { intervalOf, isOfTokens, PromptCell } from './cells';
import { count, percent, plural, shortPrompt, signed } from './format';
import { AgainstYours, type WantedRows } from './againstYours';
import { PolicyPrompt } from './inputs';
import { send } from './vscodeApi';

const FOUND_BY: Readonly<Record<PromptRow['origin'], string>> = {
  policy: 'Found by RLPrompt',
  reflect: 'Found by reflection',
  manual: 'Your own prompt',
  start: 'A starting prompt',
  random: 'Found by random search',
  single: 'The best single prompt found',
  none: 'The task without a prompt',
  evaluated: 'Your own prompt',
};

const RIVALS: Readonly<Record<PromptRow['origin'], string>> = {
  policy: 'RLPrompt’s best',
  reflect: 'reflection’s best',
  random: 'random search’s best',
  single: 'the best single prompt found',
  manual: 'your best prompt',
  start: 'the best starting prompt',
  evaluated: 'your best prompt',
  none: 'no prompt',
};

const STEPS: Readonly<Record<NextStep, string>> = {
  labels: 'Other label words',
  length: 'A longer prompt',
  data: 'More rows',
  model: 'Another model',
};

/** The run's own prompt that ranks first; prompts that the user evaluated later are no part of the run. */
export function winnerOf(rows: readonly PromptRow[]): PromptRow | undefined {
  return rows.find(({ origin }) => origin !== 'evaluated');
}

/** The winner and what the held-out rows say about it; while there are no held-out scores, the best prompt so far. */
export function WinnerCard({ view: { head, rows }, show }: { view: RunView; show: (rows: WantedRows) => void }) {
  const { verdict, outlook, texts } = head;
  const winner = winnerOf(rows);
  if (!winner) return null;
  const { prompt, origin, estimate } = winner;
  const given = head.summary?.perInput;
  const { metrics = [] } = (given ?? winner).test ?? {};
  const which = { row: rows.indexOf(winner), prompt };
  return (
    <section
      class={`winner-card verdict-${verdict?.kind ?? (outlook ? 'outlook' : 'open')}`}
      aria-label={verdict ? 'Winner' : 'Best so far'}
    >
      <div class="winner-main">
        <h2>{verdict?.title ?? 'Best so far'}</h2>
        {given ? (
          <PolicyPrompt given={given} />
        ) : (
          <p class="winner-prompt">
            <PromptCell row={winner} short={shortPrompt(prompt, 400)} /> <span class={`origin origin-${origin}`}>{FOUND_BY[origin]}</span>
          </p>
        )}
        {!given && shortPrompt(prompt, 400) !== shortPrompt(prompt, Infinity) && (
          <details class="whole-prompt">
            <summary>Whole prompt ({plural(Array.from(prompt).length, 'character')})</summary>
            <code class="filled">{prompt}</code>
          </details>
        )}
        {verdict && !given && isOfTokens(winner) && (
          <p class="winner-hint">It is made of the model’s tokens, which may be parts of words, and need not read well.</p>
        )}
        {(verdict ?? outlook) && <p class="winner-text">{(verdict ?? outlook)!.text}</p>}
        {verdict && !given && <AgainstYours winner={winner} rows={rows} texts={texts !== undefined} show={show} />}
      </div>
      <ul class="winner-scores">
        {verdict ? (
          <>
            <Figure value={percent(verdict.winner.accuracy)} label={texts ? 'held-out score' : 'held out'} />
            {verdict.rival && (
              <Figure value={signed(100 * verdict.rival.difference)} label={`points vs. ${RIVALS[verdict.rival.origin]}`} />
            )}
            {verdict.others?.map(({ origin, accuracy }) => (
              <Figure key={origin} value={percent(accuracy)} label={RIVALS[origin]} />
            ))}
            {texts ? (
              metrics.map(({ name, score }) => <Figure key={name} value={percent(score)} label={name} />)
            ) : (
              <Figure value={percent(verdict.majority)} label="most common class" />
            )}
          </>
        ) : (
          <>
            <Figure value={percent(estimate.accuracy)} label={texts ? 'estimated score' : 'estimated'} />
            <Figure value={intervalOf(estimate)} label="95% interval" />
            <Figure value={count(estimate.n)} label={estimate.n === 1 ? 'row scored' : 'rows scored'} />
          </>
        )}
      </ul>
      <div class="winner-buttons">
        {given && (
          <>
            <vscode-button
              secondary={verdict?.kind !== 'better'}
              title="Inserts code that asks the policy for the prompt of a text"
              onClick={() => send('insert', { ...which, form: 'call' })}
            >
              Insert Call
            </vscode-button>
            <vscode-button
              secondary
              title="Inserts the list of the prompts that the policy gave to held-out rows"
              onClick={() => send('insert', { ...which, form: 'prompts' })}
            >
              Insert Prompts
            </vscode-button>
          </>
        )}
        {!given && prompt !== '' && (
          <>
            <vscode-button secondary={verdict?.kind !== 'better'} onClick={() => send('insert', { ...which, form: 'string' })}>
              Insert
            </vscode-button>
            <vscode-button secondary onClick={() => send('copy', which)}>
              Copy
            </vscode-button>
          </>
        )}
        {verdict && verdict.next.length > 0 && (
          <span class="next-steps" role="group" aria-label="What to try">
            Try
            {verdict.next.map((step) => (
              <vscode-button
                key={step}
                secondary
                title={step === 'labels' ? 'Runs the task again and searches for label words first' : undefined}
                onClick={() => (step === 'labels' ? send('tryLabelWords') : send('editSpec', step))}
              >
                {STEPS[step]}
              </vscode-button>
            ))}
          </span>
        )}
      </div>
    </section>
  );
}

function Figure({ value, label }: { value: string; label: string }) {
  return (
    <li>
      <b>{value}</b> <span>{label}</span>
    </li>
  );
}
