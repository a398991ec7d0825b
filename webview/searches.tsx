import type { RunHead, RunView } from '../src/run/view/runView';
import { percent, plural } from './format';
import { SEARCHES } from './names';

type Search = NonNullable<NonNullable<RunHead['summary']>['searches']>[number];

type Took = NonNullable<Search['taskModel']> & { readonly lost?: number };

/** What the searches of a finished run found and took, where there is more than one, or a model proposed prompts. */
export function Searches({ head: { summary, price }, rows }: RunView) {
  const { searches = [], randomQueries, randomTaskModel } = summary ?? {};
  if (searches.length < 2 && !searches.some(({ proposer }) => proposer)) return null;
  const all: readonly (Pick<Search, 'origin' | 'queries'> & Partial<Search>)[] = [
    ...searches,
    ...(randomQueries
      ? [{ origin: 'random' as const, queries: randomQueries, ...(randomTaskModel && { taskModel: randomTaskModel }) }]
      : []),
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
            <th scope="col">Task model</th>
            <th scope="col">Proposer</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ origin, queries, taskModel, proposer }) => {
            const best = rows.find((row) => row.origin === origin)?.test;
            return (
              <tr key={origin}>
                <th scope="row">{SEARCHES[origin]}</th>
                <td>{best ? percent(best.accuracy) : '–'}</td>
                <td>
                  {plural(queries.computed, 'query', 'queries')}
                  {taskModel && `, ${tookText(taskModel)}`}
                </td>
                <td>{proposer ? proposedText(proposer, price) : '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** What a finished run took of its task model, and what that and its proposals cost together, where one of these is known. */
export function costFacts({ head: { summary } }: RunView): [label: string, value: string][] {
  const { taskModelUse, cost, searches = [] } = summary ?? {};
  return [
    ...(taskModelUse ? [['task model', tookText(taskModelUse)] as [string, string]] : []),
    ...(cost !== undefined && taskModelUse && searches.some(({ proposer }) => proposer) ? [['in all', cost] as [string, string]] : []),
  ];
}

/** What the proposer took so far. */
export function proposerText({ head: { price, summary }, curves: { proposals } }: RunView): string | undefined {
  const used = summary?.searches?.find(({ proposer }) => proposer)?.proposer;
  const calls = proposals.calls.at(-1);
  const took = used ?? (calls === undefined ? undefined : { calls, tokens: proposals.tokens.at(-1)!, counted: true });
  return took && proposedText(took, price);
}

/** While the run works, the page itself puts a price on the tokens so far. */
function proposedText({ calls, ...use }: Took & { readonly calls: number }, price: RunHead['price']): string {
  const amount = price?.proposer === undefined ? undefined : (use.tokens * price.proposer) / 1e6;
  const cost = amount === undefined ? undefined : `${price?.currency ?? '$'}${amount.toFixed(amount < 10 ? 2 : 0)}`;
  return `${plural(calls, 'request')}, ${tookText({ ...(cost !== undefined && { cost }), ...use })}`;
}

function tookText({ tokens, counted, cost, lost = 0 }: Took): string {
  const unanswered = lost > 0 ? `; ${plural(lost, 'request')} unanswered` : '';
  return `${counted ? '' : 'about '}${plural(tokens, 'token')}${cost === undefined ? '' : `, ${cost}`}${unanswered}`;
}
