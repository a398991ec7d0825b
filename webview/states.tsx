import type { Note, RunHead, RunState } from '../src/run/view/runView';
import { count } from './format';

type Kind = 'info' | 'warning' | 'error';
type Notice = readonly [kind: Kind, title: string, text: string];

/** What a state has to say beyond its numbers; a run that trains or has finished says it by itself. */
const NOTICES: Partial<Record<RunState, (head: RunHead, trusted: boolean) => Notice>> = {
  queued: () => ['info', 'Waiting', 'Another run is training. This one starts when that one ends.'],
  starting: ({ notes, stage }) => [
    'info',
    stage === 'labels' ? 'Choosing label words' : 'Opening models and data',
    remark(notes.at(-1)) ?? 'Reading the data and loading the language models. The first scores appear in a few seconds.',
  ],
  pausing: () => ['info', 'Pausing', 'The run finishes the current step.'],
  paused: ({ step }) => ['info', `Paused at step ${count(step)}`, 'The checkpoint is saved.'],
  stopping: () => [
    'info',
    'Stopping',
    'The run stops within its step and saves a checkpoint of the steps before. Stop Now ends it without one.',
  ],
  interrupted: ({ step, resumable, error }, trusted) => [
    'warning',
    `Interrupted at step ${count(step)}`,
    [
      error,
      !resumable
        ? 'It was stopped before its first step. Start it again from its spec.'
        : trusted
          ? 'Resume continues from the last checkpoint and gives the same result as a run without interruption.'
          : 'Trust this workspace to resume the run.',
    ]
      .filter(Boolean)
      .join(' '),
  ],
  elsewhere: () => [
    'info',
    'Training in another process',
    'The command line or another window runs it and can stop it. Its results appear here as they arrive.',
  ],
  failed: ({ error }) => ['error', 'The run failed', error ?? 'The engine gave no reason.'],
};

function remark(note: Note | undefined): string | undefined {
  return typeof note === 'string' ? note : note?.warning;
}

export function StateNotice({ head, trusted }: { head: RunHead; trusted: boolean }) {
  const notice = NOTICES[head.state]?.(head, trusted);
  if (!notice) return null;
  const [kind, title, text] = notice;
  return <Box kind={kind} title={title} text={text} log={head.state === 'failed' ? head.log : undefined} />;
}

export function Gone() {
  return <Box kind="warning" title="This run no longer exists" text="Its folder was deleted or moved. You can close this panel." />;
}

export function Loading() {
  return <Box kind="info" text="Loading the run…" />;
}

function Box({ kind, title, text, log = [] }: { kind: Kind; title?: string; text: string; log?: readonly string[] | undefined }) {
  return (
    <section class={`face face-${kind}`}>
      {title && <h2>{title}</h2>}
      <p>{text}</p>
      {log.length > 0 && (
        <pre tabindex={0} aria-label="Last lines of the log">
          {log.join('\n')}
        </pre>
      )}
    </section>
  );
}
