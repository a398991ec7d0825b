import { count, type Unit } from './numbers';

interface Asked {
  /** The model, and the server or editor that it is on. */
  readonly name: string;
  /** Where its key comes from; undefined without a key. */
  readonly keyFrom: string | undefined;
}

const withKey = ({ name, keyFrom }: Asked): string =>
  `${name}${keyFrom === undefined ? ', without a key' : `, with the key from ${keyFrom}`}`;

const PURPOSES = { search: 'search', random: 'random search', baselines: 'given prompts', test: 'test rows' } as const;

/** What a run asks the user to agree to. */
export const consentWording = {
  'consent.taskModel': (asked: Asked) => `${withKey(asked)}:`,
  'consent.proposer': (asked: Asked) => `Proposals by ${withKey(asked)}:`,
  'consent.judge': ({ metric, ...asked }: Asked & { metric: string }) => `${withKey(asked)}, for the metric "${metric}":`,
  'consent.purpose': ({ purpose, amount }: { purpose: keyof typeof PURPOSES; amount: number }) => `${PURPOSES[purpose]} ${count(amount)}`,
  'consent.queries': ({ most, unit, purposes }: { most: number; unit: Unit; purposes: string }) =>
    `at most ${count(most)} ${unit} (${purposes}); this is a hard limit`,
  'consent.withoutRandom': ({ unit }: { unit: Unit }) =>
    `without random search, the control: --random, or "random": true in "search", asks for as many ${unit} again`,
  'consent.time': ({ time, rate, unit }: { time: string; rate: number; unit: Unit }) =>
    `about ${time} at the measured ${rate.toFixed(rate < 10 ? 1 : 0)} ${unit} a second`,
  'consent.tokens': ({ tokens, counted, cost }: { tokens: number; counted: boolean; cost?: string | undefined }) =>
    `about ${count(tokens)} tokens (${counted ? 'as the server counts them' : 'estimated from the number of characters'})${cost === undefined ? '' : `, ${cost} at the price in the spec`}`,
  'consent.requests': ({ most }: { most: number }) => `at most ${count(most)} requests; this is a hard limit`,
  /** @param calls the limit of all judges together, if there is one */
  'consent.judgedTexts': ({ texts, calls }: { texts: number; calls: number | undefined }) =>
    `at most ${count(texts)} generated texts, each once; ${calls === undefined ? 'this is a hard limit' : `all judges together: at most ${count(calls)} calls, a hard limit`}`,
  'consent.judgeTime': ({ time }: { time: string }) => `about ${time} at the measured rate`,
};
