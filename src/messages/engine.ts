/** What the extension host and an engine process tell each other: plain data for `serialization: 'advanced'`. */
import type { AskFailure } from '../model/server/editorModel';
import type { Message } from '../model/server/chat';
import type { RunEvent } from '../run/events';
import type { PromptResult, RunResult } from '../run/result';
import type { RunTask } from '../run/store/task';
import type { Problem } from '../spec/problem';

/** What an engine process is forked for. It does the one job and ends, but for `serve`, which answers questions. */
export type Job =
  | {
      readonly type: 'optimize';
      readonly specFile: string;
      readonly folder: string;
      readonly seed: number;
      readonly random: boolean;
      readonly threads: number;
    }
  | { readonly type: 'resume'; readonly folder: string; readonly threads: number }
  /** Scores prompts on the task of a run, or of a spec. */
  | {
      readonly type: 'evaluate';
      readonly task: { readonly folder: string } | { readonly specFile: string };
      readonly prompts: readonly string[];
      readonly threads: number;
    }
  | { readonly type: 'transfer'; readonly folder: string; readonly models: readonly string[]; readonly threads: number }
  | { readonly type: 'serve' };

export type ToEngine =
  | { readonly type: 'job'; readonly job: Job }
  | { readonly type: 'pause' }
  | { readonly type: 'continue' }
  /** Ends at the next step, with the checkpoint written. */
  | { readonly type: 'stop' }
  | { readonly type: 'question'; readonly id: number; readonly question: Question }
  | { readonly type: 'answer'; readonly id: number; readonly text: string }
  | { readonly type: 'noAnswer'; readonly id: number; readonly reason: AskFailure; readonly message: string };

/** What the host asks a serving engine. */
export type Question =
  | { readonly type: 'check'; readonly text: string; readonly file: string; readonly data: boolean; readonly models: boolean }
  | { readonly type: 'inspect'; readonly file: string }
  | { readonly type: 'suggestWords'; readonly labels: readonly string[]; readonly model: string };

export type FromEngine =
  /** The task is read and the run's folder made, or found again. */
  | { readonly type: 'opened'; readonly task: RunTask }
  | { readonly type: 'events'; readonly events: readonly RunEvent[] }
  | { readonly type: 'notes'; readonly notes: readonly string[]; readonly warnings: readonly Problem[] }
  | { readonly type: 'paused' }
  | { readonly type: 'continued' }
  | { readonly type: 'finished'; readonly result: RunResult }
  | { readonly type: 'stopped'; readonly step: number }
  | { readonly type: 'evaluated'; readonly prompts: readonly PromptResult[] }
  /** The columns are in the run's folder; `errors` names the models that gave none, and why. */
  | { readonly type: 'transferred'; readonly errors: readonly string[] }
  | { readonly type: 'failed'; readonly message: string; readonly problems: readonly Problem[] }
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'noReply'; readonly id: number; readonly message: string; readonly problems: readonly Problem[] }
  /** A question to one of VS Code's language models. */
  | { readonly type: 'ask'; readonly id: number; readonly model: string; readonly messages: readonly Message[] }
  /** What is to be sent to a server is only sent once the person says so: `answer` or `noAnswer`. */
  | { readonly type: 'confirm'; readonly id: number; readonly model: string; readonly lines: readonly string[] };
