import { duration } from './duration';
import type { JudgePreview, Preview, ProposalPreview } from '../preview';

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
  const parts = [
    queries.search > 0 ? `search ${count(queries.search)}` : '',
    queries.random > 0 ? `random search ${count(queries.random)}` : '',
    queries.baselines > 0 ? `given prompts ${count(queries.baselines)}` : '',
    queries.test > 0 ? `test rows ${count(queries.test)}` : '',
  ].filter(Boolean);
  return [
    `${name}${withKey(keyFrom)}:`,
    `  at most ${count(queries.total)} queries (${parts.join(', ')})${textsPerQuery === undefined ? '' : `, each of ${textsPerQuery} generated ${textsPerQuery === 1 ? 'text' : 'texts'}`}; this is a hard limit`,
    ...(queries.search > 0 && queries.random === 0
      ? [`  without random search, the control: --random, or "random": true in "search", asks for as many queries again`]
      : []),
    `  about ${duration(seconds)} at the measured ${queriesPerSecond.toFixed(queriesPerSecond < 10 ? 1 : 0)} queries a second`,
    `  ${tokensText(tokens, tokensCounted)}${costText(cost)}`,
  ];
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
