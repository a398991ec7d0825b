import type { ScoredPrompt } from '../../search/prompt';
import { isControl, type Queries } from '../../search/search';
import { priceOf } from '../../spec/price';
import type { Spec } from '../../spec/spec';
import type { RunResult } from './result';
import { totalCost, withCost, type Spending } from './spending';
import type { Found } from '../store/checkpoint';
import { rank, withOrigin, type Entry } from './table';

/** All prompts of a run, best first: the given ones, no prompt first, and what each search found. */
export function ranking([none, ...given]: readonly ScoredPrompt[], found: readonly Found[]): Entry[] {
  return rank([
    ...withOrigin('none', [none!]),
    ...withOrigin('manual', given),
    ...found.flatMap(({ origin, prompts }) => prompts.map((prompt) => ({ origin, ...prompt }))),
  ]);
}

/** What each search took. @param withGiven adds the queries of the given prompts, which count in every budget */
export function searchFacts(
  found: readonly Found[],
  withGiven: (queries: Queries) => Queries,
): Pick<RunResult, 'queries' | 'searches' | 'randomQueries' | 'randomTaskModel'> {
  const control = found.find(isControl);
  return {
    queries: withGiven(found[0]!.queries),
    searches: found.flatMap(({ origin, queries, stopped, proposer, taskModel }) =>
      stopped ? [{ origin, queries: withGiven(queries), stopped, ...(proposer && { proposer }), ...(taskModel && { taskModel }) }] : [],
    ),
    randomQueries: control ? withGiven(control.queries) : null,
    ...(control?.taskModel && { randomTaskModel: control.taskModel }),
  };
}

/** What the run took of the task model, where that is not here, and what that and its proposals cost. */
export function costFacts(spec: Spec, { total, lost }: Spending, found: readonly Found[]): Pick<RunResult, 'taskModelUse' | 'cost'> {
  const price = priceOf(spec);
  const proposers = found.flatMap(({ proposer }) => proposer ?? []);
  const cost = totalCost(spec, total, proposers);
  return {
    ...(total && { taskModelUse: { ...withCost(total, price?.taskModel, price), lost } }),
    ...(cost !== undefined && { cost }),
  };
}
