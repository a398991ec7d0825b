import { formatBytes } from './bytes';
import { count } from './numbers';

/** Why a file cannot be written, by the system's code. */
const REASONS: Partial<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOSPC: 'the disk is full, so free some space there',
  EDQUOT: 'your disk quota is used up, so free some space there',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'it is on a read-only file system',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file of that name already exists',
};

/** Why a search ended. */
const ENDED = {
  steps: 'all steps done',
  budget: 'budget spent',
  converged: 'converged: every prompt in a step is the same',
  patience: 'no better greedy prompt within its patience',
  time: 'time limit reached',
  storage: 'its folder cannot be written',
  exhausted: 'every prompt scored',
  idle: 'no proposal led to a new score anymore',
  calls: 'no further request to the proposer allowed',
  request: 'you asked for the ranking',
} as const;

interface Took {
  readonly tokens: number;
  readonly counted: boolean;
  readonly cost?: string | undefined;
  readonly lost?: number | undefined;
}

interface Proposed extends Took {
  readonly model: string;
  readonly calls: number;
}

function took({ tokens, counted, cost, lost = 0 }: Took): string {
  const price = cost === undefined ? '' : `, ${cost} at the price in the spec`;
  const unanswered = `; ${count(lost)} ${lost === 1 ? 'request was' : 'requests were'} unanswered when the run was interrupted`;
  return `${counted ? '' : 'about '}${count(tokens)} tokens${price}${lost > 0 ? unanswered : ''}`;
}

/** Messages of `run/`: `'run.code': (arguments) => text`. */
export const runWording = {
  'run.locked': ({ trainer, lock }: { trainer: string; lock: string }) =>
    `This run trains in another process (${trainer}). Wait until it ends or stop it there; if there is no such run, delete ${lock}.`,
  'run.lockLost': ({ folder }: { folder: string }) =>
    `This run stopped because another process took over its folder ${folder} while this one did not respond, for example while the computer slept.`,
  'run.cannotWrite': ({ folder, code, reason }: { folder: string; code: string; reason: string }) =>
    `Cannot write the run's folder ${folder}: ${REASONS[code] ?? reason.replace(/\.$/, '')}.`,
  'run.seedsLeft': ({ seeds }: { seeds: readonly number[] }) =>
    `Seeds without a run: ${seeds.map((seed) => `--seed ${seed}`).join(', ')}. Run each of them by itself.`,
  'run.cannotWriteFile': ({ file, code, reason }: { file: string; code: string; reason: string }) =>
    `Cannot write ${file}: ${REASONS[code] ?? reason.replace(/\.$/, '')}.`,
  'run.folderTaken': ({ folder, quoted }: { folder: string; quoted: string }) =>
    `The folder ${folder} holds a run already. Name another one with --out, or resume that run with --resume ${quoted}.`,
  'run.notARun': ({ folder }: { folder: string }) => `${folder} is not the folder of a run: it has no readable task.json.`,
  'run.damagedCheckpoint': ({ file, reason = 'it holds no state of a run' }: { file: string; reason?: string }) =>
    `Cannot read the checkpoint ${file} (${reason.replace(/\.$/, '')}). Restore it from a copy; or delete it and resume the run, which then starts at its first step.`,
  'run.damagedLine': ({ file, line }: { file: string; line: number }) =>
    `Line ${line} of ${file} is not valid JSON. Restore the file from a copy, or start the run again from its spec.`,
  'run.olderCheckpoint': ({ file }: { file: string }) =>
    `An older version of RLPrompt wrote the checkpoint ${file}, and this one cannot resume it: start the run again from its spec.`,
  'run.noPolicy': ({ folder }: { folder: string }) =>
    `${folder} has no policy to apply: it is the run of a spec without "prompt.perInput", or it has not finished.`,
  'run.policyModelChanged': ({ model }: { model: string }) =>
    `The policy's model ${model} is not the one that the run learned with: its files have changed since. Restore them, or run the task again.`,
  'run.damagedPolicy': ({ file, reason = 'it holds no policy' }: { file: string; reason?: string }) =>
    `Cannot read the policy ${file} (${reason.replace(/\.$/, '')}). Restore it from a copy, or start the run again from its spec.`,
  'run.noResult': ({ file }: { file: string }) => `${file} is missing. Restore it from a copy, or start the run again from its spec.`,
  'run.stillTraining': ({ folder, trainer }: { folder: string; trainer: string }) =>
    `${folder} has no result yet: ${trainer} is training it. Wait for it to end.`,
  'run.noResultYet': ({ folder, quoted }: { folder: string; quoted: string }) =>
    `${folder} has no result yet. Resume the run: npx rlprompt optimize --resume ${quoted}`,
  'run.resultNotJson': ({ file, reason }: { file: string; reason: string }) =>
    `${file} is damaged: it is not valid JSON (${reason}). To read its run, restore it from a copy, or start the run again from its spec.`,
  'run.resultDamaged': ({ file, flaw }: { file: string; flaw: string }) =>
    `${file} is damaged: ${flaw}. To read its run, restore it from a copy, or start the run again from its spec.`,
  'run.notAResult': ({ file }: { file: string }) =>
    `${file} is not the result of a run: it has no "format". To read its run, restore it from a copy, or start the run again from its spec.`,
  'run.otherFormat': ({ file, format }: { file: string; format: string }) =>
    `${file} has "format": ${format}, and this version of RLPrompt reads 1. Read it with the version that wrote it, or restore it from a copy, or start the run again from its spec.`,
  'run.changed': ({ changes, command }: { changes: readonly string[]; command: string }) =>
    `This run cannot be resumed, since ${changes.join(', and ')}. Start a new one: ${command}`,
  'run.dataChangedSince': ({ name }: { name: string }) =>
    `the data file ${name} has changed since the run, so the column of the run's own model comes from other rows`,
  'run.size': ({ rows, others }: { rows: number; others: number }) =>
    `${formatBytes(rows + others)} on disk${rows > 0 ? `, ${formatBytes(rows)} of it results of single rows` : ''}`,
  'run.noRowsKept': () =>
    'This run has no results of single rows: the version of RLPrompt that made it did not keep them. Run the task again to see its rows.',
  'run.noTextsKept': () =>
    'This run has no texts of held-out rows: the version of RLPrompt that made it did not keep them, or its file is gone. Run the task again to see them.',
  'run.noHeldOutYet': () => 'Held-out rows are scored when the search ends.',
  'run.rowsChanged': ({ name }: { name: string }) =>
    `The held-out rows in ${name} are not those that the run was scored on: the file has changed since, or this version of RLPrompt draws other rows from it. Restore the file, or run the task again.`,
  'run.noCandidates': () => 'No candidate yet: the search by reflection writes its first ones once they have scores.',
  'run.noCandidate': ({ id }: { id: number }) => `This run has no candidate ${id}.`,
  'run.declined': ({ model }: { model: string }) => `You did not agree to use ${model}; nothing more was sent or downloaded.`,
  'run.notInteractive': () =>
    'Not an interactive terminal: pass --yes, or set RLPROMPT_YES=1, to agree. Nothing more was sent or downloaded.',
  'run.generations': ({
    total,
    generations,
    maxTokens,
    rate,
  }: {
    total: number;
    generations: string;
    maxTokens: number;
    /** The measured rate, and how long that takes. */
    rate: { readonly perSecond: number; readonly time: string } | undefined;
  }) =>
    `At most ${count(total)} generations of up to ${count(maxTokens)} tokens (${generations})${
      rate ? `: about ${rate.time} at the measured ${rate.perSecond.toFixed(rate.perSecond < 10 ? 1 : 0)} a second` : ''
    }`,
  'run.judgeCalls': ({ metrics, calls }: { metrics: readonly string[]; calls: number }) =>
    `At most ${count(calls)} calls to servers by ${metrics.length > 1 ? 'the metrics' : 'the metric'} ${metrics.map((name) => `"${name}"`).join(', ')}`,
  'run.script': ({ path, hash }: { path: string; hash: string }) => `${path} (SHA-256 ${hash.slice(0, 16)}…) scores what the model writes`,
  'run.scriptChanged': () => 'It has changed since the run, so its scores may not compare with those of the run',
  'run.scriptLimits': ({ limited }: { limited: boolean }) =>
    `It runs in a process of its own, without your environment variables, within limits of time and memory${
      limited ? ', and reads its own folder only' : '. This version of Node or VS Code cannot keep it from your files'
    }. It can use the network`,
  'run.scriptNotAllowed': ({ name }: { name: string }) =>
    `The task runs the script ${name}. Read it, then pass --allow-scripts to agree. Nothing was run.`,
  'run.hubWaits': ({ reference, reason, seconds }: { reference: string; reason: string; seconds: number }) =>
    `${reference}: ${reason} Next try in ${seconds} s.`,
  'run.downloading': (download: { reference: string; bytesDone: number; bytesTotal: number; file: string }) => {
    const { reference, bytesDone, bytesTotal, file } = download;
    const share = Math.floor((100 * bytesDone) / Math.max(1, bytesTotal));
    return `Downloading ${reference}: ${share}%, ${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}, ${file}`;
  },
  'run.scoringOn': ({ model }: { model: string }) => `Scoring the run's prompts on ${model} …`,
  'run.ended': ({ reason }: { reason: keyof typeof ENDED }) => ENDED[reason],
  'run.took': took,
  'run.proposed': ({ model, calls, ...use }: Proposed) => `Proposals by ${model}: ${count(calls)} requests, ${took(use)}.`,
  'run.noControl': () => 'random search was left out or cut off, since you asked for the ranking early',
  'run.noSingleControl': () => 'the search for the best single prompt was left out or cut off, since you asked for the ranking early',
  'run.sourcesCut': ({ split, cut, of }: { split: string; cut: number; of: number }) =>
    `${split}: ${cut} of ${of} texts are too long for the policy's model, which reads their ends`,
  'run.stopped': ({ step }: { step: number }) => `Stopped at step ${step}.`,
};
