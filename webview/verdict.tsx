import type { PromptRow, RunView } from '../src/run/view/runView';
import { count, percent, plural, pValue, signed } from './format';

/** Origins as the table names them. */
export const ORIGINS: Readonly<Record<PromptRow['origin'], string>> = {
  policy: 'RLPrompt',
  manual: 'yours',
  random: 'random search',
  none: 'no prompt',
  evaluated: 'evaluated',
};

/** What the held-out rows say about the winner; of a run without held-out scores, the best prompt so far. */
export function Verdict({ head, rows }: RunView) {
  const { summary } = head;
  const ranked = rows.filter(({ origin }) => origin !== 'evaluated');
  const [winner] = ranked;
  if (!winner) return null;
  const of = (origin: PromptRow['origin']): PromptRow | undefined => ranked.find((row) => row.origin === origin);
  const none = of('none');
  if (!summary || !winner.test || !none?.test)
    return (
      <p class="verdict">
        Best prompt so far: <b>{winner.prompt === '' ? 'no prompt' : `“${winner.prompt.trim()}”`}</b> ({ORIGINS[winner.origin]}), validation
        accuracy {percent(winner.validation.accuracy)}.
      </p>
    );
  if (winner === none) return <p class="verdict">No prompt scored better than the empty one on train and validation rows.</p>;
  const { p } = summary.pairedTest;
  const points = signed(100 * (winner.test.accuracy - none.test.accuracy));
  const [policy, random] = [of('policy'), of('random')];
  return (
    <p class="verdict">
      <b>“{winner.prompt.trim()}”</b> ({ORIGINS[winner.origin]}) scores {percent(winner.test.accuracy)} on{' '}
      {plural(winner.test.n, 'held-out row')}, {points} points compared with no prompt ({pValue(p)}
      {p < 0.05 ? '' : ', not statistically significant'}). Always answering the most common class scores{' '}
      {percent(summary.majorityBaseline)}.
      {policy?.test &&
        random?.test &&
        summary.randomQueries &&
        ` With equal budgets (${count(summary.queries.computed)} queries), RLPrompt’s best prompt scores ${percent(policy.test.accuracy)} and random search’s ${percent(random.test.accuracy)}.`}
    </p>
  );
}

/** Notes on data and models. */
export function Notes({ head: { notes, state } }: RunView) {
  if (notes.length === 0 || state === 'starting') return null;
  return (
    <details class="notes">
      <summary>{plural(notes.length, 'note')}</summary>
      <ul>
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </details>
  );
}
