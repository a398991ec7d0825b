import type { RunHead, RunView } from '../src/run/view/runView';
import { count, percent, plural } from './format';

type Search = NonNullable<NonNullable<RunHead['summary']>['searches']>[number];

type Took = Pick<NonNullable<Search['proposer']>, 'calls' | 'tokens' | 'counted'>;

const NAMES: Readonly<Record<Search['origin'], string>> = {
  policy: 'RLPrompt',
  reflect: 'Reflection',
  random: 'Random search',
  single: 'Best single prompt',
};

/** What the searches of a finished run found and took, where there is more than one, or a model proposed prompts. */
export function Searches({ head: { summary, price }, rows }: RunView) {
  const { searches = [], randomQueries } = summary ?? {};
  if (searches.length < 2 && !searches.some(({ proposer }) => proposer)) return null;
  const all: readonly (Pick<Search, 'origin' | 'queries'> & Partial<Search>)[] = [
    ...searches,
    ...(randomQueries ? [{ origin: 'random' as const, queries: randomQueries }] : []),
  ];
  return (
    <section class="searches" aria-label="Searches">
      <h2>Searches</h2>
      <table>
        <caption class="hidden">What each search found and took</caption>
        <thead>
          <tr>
            <th scope="col">Search</th>
            <th scope="col">Best, held out</th>
            <th scope="col">Queries</th>
            <th scope="col">Proposer</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ origin, queries, proposer }) => {
            const best = rows.find((row) => row.origin === origin)?.test;
            return (
              <tr key={origin}>
                <th scope="row">{NAMES[origin]}</th>
                <td>{best ? percent(best.accuracy) : '–'}</td>
                <td>{count(queries.computed)}</td>
                <td>
                  {proposer ? tookText(proposer, price) : '–'}
                  {proposer && proposer.lost > 0 && `; ${plural(proposer.lost, 'request')} lost`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** What the proposer took so far. */
export function proposerText({ head: { price, summary }, curves: { proposals } }: RunView): string | undefined {
  const used = summary?.searches?.find(({ proposer }) => proposer)?.proposer;
  const calls = proposals.calls.at(-1);
  const took = used ?? (calls === undefined ? undefined : { calls, tokens: proposals.tokens.at(-1)!, counted: true });
  return took && tookText(took, price);
}

/** With money where the spec has a price. */
function tookText({ calls, tokens, counted }: Took, price: RunHead['price']): string {
  const parts = [plural(calls, 'request'), `${counted ? '' : 'about '}${plural(tokens, 'token')}`];
  if (price?.proposer !== undefined) {
    const amount = (tokens * price.proposer) / 1e6;
    parts.push(`${price.currency ?? '$'}${amount.toFixed(amount < 10 ? 2 : 0)}`);
  }
  return parts.join(', ');
}
