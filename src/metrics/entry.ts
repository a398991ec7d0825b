import type { Access } from '../model/door';
import type { Compute } from '../model/local/session';
import { mayHoldKey } from '../spec/keys';
import type { MetricEntry } from '../spec/generation';
import type { ProblemAt } from '../spec/problem';
import type { Worded } from '../wording/wording';
import type { Metric } from './metric';
import type { JudgeCalls } from './judge/judgeCalls';
import type { Scripts } from './script/script';

/** What checking an entry needs to know of the task. */
export interface MetricTask {
  /** Whether the rows have references. */
  readonly references: boolean;
}

/** What opening a metric needs of the task around it. */
export interface MetricContext extends MetricTask {
  readonly problemAt: ProblemAt;
  /** Place of the metric in the spec. */
  readonly path: readonly (string | number)[];
  /** Folder that the spec's paths are relative to. */
  readonly folder: string;
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

/** Checks an entry of `metrics`, without opening anything, and says how to open it. @throws MetricProblem */
export type Check = (entry: MetricEntry, task: MetricTask) => Opening;

export type Opening = (context: MetricContext) => Metric | Promise<Metric>;

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
