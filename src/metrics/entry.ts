import type { Access } from '../model/door';
import type { Compute } from '../model/local/session';
import type { ProblemAt } from '../spec/problem';
import type { Worded } from '../wording/wording';
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
