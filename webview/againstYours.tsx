import type { PromptRow } from '../src/run/view/runView';
import { plural, shortPrompt } from './format';

/** The rows to look at: those of the winner against another prompt. */
export interface WantedRows {
  readonly baseline: string;
}

/** Why the winner is better, or is not: the held-out rows that it fixes and breaks against the user's best own prompt. */
export function AgainstYours({
  winner,
  rows,
  texts,
  show,
}: {
  winner: PromptRow;
  rows: readonly PromptRow[];
  /** Of a generation task: its rows have scores, not right and wrong. */
  texts: boolean;
  show: (rows: WantedRows) => void;
}) {
  if (!['policy', 'reflect', 'random'].includes(winner.origin)) return null;
  const own = rows.find(({ origin, versusWinner }) => origin === 'manual' && versusWinner);
  if (!own?.versusWinner) return null;
  const { onlyFirst, onlySecond } = own.versusWinner;
  return (
    <p class="against-yours">
      {`Against your own “${shortPrompt(own.prompt, 40)}” it ${texts ? 'scores higher on' : 'fixes'} `}
      <b>{plural(onlyFirst, 'held-out row')}</b>
      {texts ? ' and lower on ' : ' and breaks '}
      <b>{plural(onlySecond, 'row')}</b>.{' '}
      <button type="button" class="link" onClick={() => show({ baseline: own.prompt })}>
        Show these rows
      </button>
    </p>
  );
}
