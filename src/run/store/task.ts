import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ParsedSpec, SearchSettings } from '../../spec/schema';
import { specValues, type Spec } from '../../spec/spec';
import type { LabelWordChoice } from '../../search/labelWords/choice';
import type { Experiment } from '../open/experiment';

/** `task.json`: the spec as resolved, and hashes of what the run's numbers depend on. */
export interface RunTask {
  readonly format: 1;
  /** Absolute path of the spec file. */
  readonly specFile: string;
  /** With the label words that the run found, if it searched for them. */
  readonly spec: ParsedSpec;
  readonly labelWords?: LabelWordChoice;
  readonly seed: number;
  readonly random: boolean;
  readonly threads: number;
  readonly settings: SearchSettings;
  /** SHA-256 by file as named in the spec. */
  readonly data: Readonly<Record<string, string>>;
  readonly models: Readonly<Record<string, string>>;
  /** Of scripts among the metrics; absent where there are none. */
  readonly scripts?: Readonly<Record<string, string>>;
  readonly created: string;
  /** For a chat: the date that the model's chat template prints, ISO 8601. */
  readonly now?: string;
}

export async function describeTask(experiment: Experiment, seed: number, random: boolean, threads: number): Promise<RunTask> {
  const { spec, settings, labelWords, taskFolder, policyFolder } = experiment;
  const proposer = experiment.proposing?.proposer;
  return {
    format: 1,
    specFile: resolve(spec.file),
    spec: specValues(spec),
    ...(labelWords && { labelWords }),
    seed,
    random,
    threads,
    settings,
    data: await hashData(spec),
    models: {
      [taskFolder.reference]: taskFolder.hash,
      [policyFolder.reference]: policyFolder.hash,
      ...(proposer && { [proposer.reference]: proposer.reference === taskFolder.reference ? taskFolder.hash : proposer.hash }),
    },
    ...(Object.keys(experiment.scripts).length > 0 && { scripts: experiment.scripts }),
    created: new Date().toISOString(),
    ...(spec.turns && { now: experiment.now.toISOString() }),
  };
}

/** The date that a run's chat template prints. */
export function nowOf({ now }: RunTask): Date | undefined {
  return now === undefined ? undefined : new Date(now);
}

/** What differs between the start of the run and now, as sentences; empty when the run can be resumed. */
export function changesSince(task: RunTask, now: RunTask): string[] {
  const changed = (kind: string, then: Readonly<Record<string, string>>, today: Readonly<Record<string, string>>): string[] =>
    Object.keys({ ...then, ...today })
      .filter((name) => then[name] !== today[name])
      .map((name) => `${kind} ${name} has changed`);
  const specChanged = JSON.stringify(task.spec) !== JSON.stringify(now.spec);
  return [
    ...(specChanged ? [`the task spec ${task.specFile} has changed`] : []),
    ...changed('the data file', task.data, now.data),
    ...changed('the model', task.models, now.models),
    ...changed('the script', task.scripts ?? {}, now.scripts ?? {}),
  ];
}

/** SHA-256 of each data file, by its name in the spec. */
export async function hashData(spec: Spec): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const name of new Set([spec.data.train, spec.data.validation, spec.data.test])) {
    if (name === undefined) continue;
    const hash = createHash('sha256');
    await pipeline(createReadStream(resolve(spec.folder, name)), hash);
    hashes[name] = hash.digest('hex');
  }
  return hashes;
}
