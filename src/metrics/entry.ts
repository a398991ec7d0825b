import type { Access } from '../model/door';
import type { Compute } from '../model/local/session';
import { mayHoldKey } from '../spec/keys';
import type { ProblemAt } from '../spec/problem';
import type { Worded } from '../wording/wording';
import type { JudgeCalls } from './judge/judgeCalls';
import type { Scripts } from './script/script';

/** What metrics need of the task around them. */
export interface MetricContext {
  readonly problemAt: ProblemAt;
  /** Place of the metric in the spec. */
  readonly path: readonly (string | number)[];
  /** Folder that the spec's paths are relative to. */
  readonly folder: string;
  /** Whether the rows have references. */
  readonly references: boolean;
  /** Inputs to try a server on. */
  readonly samples: readonly string[];
  /** Texts that one metric may send to a server in all. */
  readonly mostJudged: number;
  /** Texts that the metrics may send to servers, all together. */
  readonly judgeCalls: JudgeCalls;
  readonly compute: Compute;
  readonly access: Access;
  /** The scripts that the user has agreed to run, by their names in the spec. */
  readonly scripts?: Scripts | undefined;
}

/** What is wrong with an entry, and the field that it is wrong in. */
export class MetricProblem extends Error {
  constructor(
    readonly field: 'type' | 'value',
    readonly worded: Worded,
  ) {
    super(worded.message);
  }
}

/** A value of the spec for a message, unless it may hold a key. */
export function shown(value: unknown): string | undefined {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined || mayHoldKey(text) ? undefined : text;
}
