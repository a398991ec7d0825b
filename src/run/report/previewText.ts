import { word } from '../../wording/wording';
import { duration } from './duration';
import type { JudgePreview, Preview, ProposalPreview, QueryPlan } from '../consent/preview';

/** What a run asks of a server, line by line. */
export function describePreview({
  name,
  queries,
  seconds,
  tokens,
  queriesPerSecond,
  tokensCounted,
  textsPerQuery,
  keyFrom,
  cost,
}: Preview): string[] {
  // A query of a generation task is a prompt on a row, which is so many texts.
  const each = textsPerQuery ?? 1;
  const unit = textsPerQuery === undefined ? 'queries' : 'generations';
  return [
    word('consent.taskModel', { name, keyFrom }),
    ...indented(
      word('consent.queries', { most: each * queries.total, unit, purposes: describeGenerations(queries, each) }),
      ...(queries.search > 0 && queries.random === 0 ? [word('consent.withoutRandom', { unit })] : []),
      word('consent.time', { time: duration(seconds), rate: each * queriesPerSecond, unit }),
      word('consent.tokens', { tokens: round(tokens), counted: tokensCounted, cost }),
    ),
  ];
}

/** What a run's queries are for. @param each texts that are generated for a query */
export function describeGenerations(plan: QueryPlan, each: number): string {
  return (['search', 'random', 'baselines', 'test'] as const)
    .filter((purpose) => plan[purpose] > 0)
    .map((purpose) => word('consent.purpose', { purpose, amount: each * plan[purpose] }))
    .join(', ');
}

/** What a run asks of the model that proposes prompts. */
export function describeProposals({ name, keyFrom, calls, tokens, cost }: ProposalPreview): string[] {
  return [
    word('consent.proposer', { name, keyFrom }),
    ...indented(word('consent.requests', { most: calls }), word('consent.tokens', { tokens: round(tokens), counted: false, cost })),
  ];
}

/** What a metric asks of a server, line by line. */
export function describeJudge({
  name,
  metric,
  texts,
  calls,
  tokensPerQuery,
  queriesPerSecond,
  tokensCounted,
  keyFrom,
}: JudgePreview): string[] {
  return [
    word('consent.judge', { name, keyFrom, metric }),
    ...indented(
      word('consent.judgedTexts', { texts, calls }),
      word('consent.judgeTime', { time: duration(texts / queriesPerSecond) }),
      word('consent.tokens', { tokens: round(texts * tokensPerQuery), counted: tokensCounted }),
    ),
  ];
}

function indented(...lines: string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** To two digits: an estimate should look like one. */
function round(n: number): number {
  return Number(n.toPrecision(2));
}
