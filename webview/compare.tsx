import './compare.css';
import type { ComponentChildren } from 'preact';
import type { Difference } from '../src/messages/page';
import type { RunView } from '../src/run/view/runView';
import { intervalOf, PromptCell } from './cells';
import { namesOf } from './charts/charts';
import { CompareRows } from './rows/compareRows';
import { count, duration, percent, plural, signed } from './format';
import { PromptTable } from './table';
import { originOf } from './names';
import { winnerOf } from './winner';

interface ComparisonProps {
  readonly views: readonly RunView[];
  readonly differences: readonly Difference[];
  readonly charts: ComponentChildren;
  readonly open: ReadonlySet<string>;
  readonly toggle: (prompt: string) => void;
}

/** Any number of runs side by side: what differs in their specs, their scores, their curves, their tables and the held-out rows. */
export function Comparison({ views, differences, charts, open, toggle }: ComparisonProps) {
  const names = namesOf(views);
  return (
    <main>
      <header>
        <h1>{names.join(' ↔ ')}</h1>
      </header>
      <h2 class="compare-title">Specs</h2>
      {differences.length > 0 ? (
        <CompareTable
          names={names}
          caption="Fields in which the specs differ"
          rows={differences.map(({ field, values }) => ({ name: field, values: values.map((value) => value ?? '–') }))}
        />
      ) : (
        <p class="caption">No field differs.</p>
      )}
      <h2 class="compare-title">Scores</h2>
      <CompareTable names={names} caption="Scores of the runs" rows={scores(views)} />
      {charts}
      {views.every(({ head }) => head.state === 'finished') && <CompareRows views={views} names={names} />}
      <div class="pair">
        {views.map((run, i) => (
          <div key={run.head.id}>
            <h2>{names[i]}</h2>
            <PromptTable view={run} open={open} toggle={toggle} compact />
          </div>
        ))}
      </div>
    </main>
  );
}

interface Row {
  readonly name: string;
  /** One for each run. */
  readonly values: readonly ComponentChildren[];
}

function scores(views: readonly RunView[]): Row[] {
  const row = (name: string, value: (view: RunView) => ComponentChildren): Row => ({
    name,
    values: views.map((view) => value(view) ?? '–'),
  });
  return [
    row('Ranks first', ({ rows }) => {
      const winner = winnerOf(rows);
      return winner && [<PromptCell key="prompt" row={winner} />, ' ', <span key="origin">{originOf(winner)}</span>];
    }),
    row('Verdict', ({ head }) => head.verdict?.title),
    row('Held out', ({ head: { verdict } }) => verdict && `${percent(verdict.winner.accuracy)} (${intervalOf(verdict.winner)})`),
    row('Points vs. the best baseline', ({ head: { verdict } }) => verdict?.rival && signed(100 * verdict.rival.difference)),
    row('No prompt, held out', ({ rows }) => {
      const none = rows.find(({ origin, test }) => origin === 'none' && test);
      return none?.test && percent(none.test.accuracy);
    }),
    row('Estimate', ({ rows }) => {
      const winner = winnerOf(rows);
      return winner && `${percent(winner.estimate.accuracy)} (${intervalOf(winner.estimate)})`;
    }),
    row(
      'Queries',
      ({ head }) =>
        `${count(head.queries.computed)} of ${count(head.queryBudget)}${head.texts ? `, ${plural(head.texts.samples, 'text')} each` : ''}`,
    ),
    row('Search ended', ({ head }) => head.ended),
    row('Time', ({ head }) => duration(head.seconds)),
  ].filter(({ values }) => values.some((value) => value !== '–'));
}

function CompareTable({ names, rows, caption }: { names: readonly string[]; rows: readonly Row[]; caption: string }) {
  return (
    <div class="compare-box">
      <table class="compare">
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, values }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {values.map((value, i) => (
                <td key={names[i]}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
