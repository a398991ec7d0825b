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
  const rate = each * queriesPerSecond;
  return [
    `${name}${withKey(keyFrom)}:`,
    `  at most ${count(each * queries.total)} ${unit} (${describeGenerations(queries, each)}); this is a hard limit`,
    ...(queries.search > 0 && queries.random === 0
      ? [`  without random search, the control: --random, or "random": true in "search", asks for as many ${unit} again`]
      : []),
    `  about ${duration(seconds)} at the measured ${rate.toFixed(rate < 10 ? 1 : 0)} ${unit} a second`,
    `  ${tokensText(tokens, tokensCounted)}${costText(cost)}`,
  ];
}

/** What a run's queries are for. @param each texts that are generated for a query */
export function describeGenerations({ search, random, baselines, test }: QueryPlan, each: number): string {
  const parts = [
    ['search', search],
    ['random search', random],
    ['given prompts', baselines],
    ['test rows', test],
  ] as const;
  return parts
    .filter(([, queries]) => queries > 0)
    .map(([name, queries]) => `${name} ${count(each * queries)}`)
    .join(', ');
}

/** What a run asks of the model that proposes prompts. */
export function describeProposals({ name, keyFrom, calls, tokens, cost }: ProposalPreview): string[] {
  return [
    `Proposals by ${name}${withKey(keyFrom)}:`,
    `  at most ${count(calls)} requests; this is a hard limit`,
    `  ${tokensText(tokens, false)}${costText(cost)}`,
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
  const limit = calls === undefined ? 'this is a hard limit' : `all judges together: at most ${count(calls)} calls, a hard limit`;
  return [
    `${name}${withKey(keyFrom)}, for the metric "${metric}":`,
    `  at most ${count(texts)} generated texts, each once; ${limit}`,
    `  about ${duration(texts / queriesPerSecond)} at the measured rate`,
    `  ${tokensText(texts * tokensPerQuery, tokensCounted)}`,
  ];
}

function withKey(keyFrom: string | undefined): string {
  return keyFrom === undefined ? ', without a key' : `, with the key of ${keyFrom}`;
}

function tokensText(tokens: number, counted: boolean): string {
  return `about ${count(round(tokens))} tokens (${counted ? 'as the server counts them' : 'estimated from the number of characters'})`;
}

function costText(cost: string | undefined): string {
  return cost === undefined ? '' : `, ${cost} at the price in the spec`;
}

/** To two digits: an estimate should look like one. */
function round(n: number): number {
  return Number(n.toPrecision(2));
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
