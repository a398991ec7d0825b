import type { RunHead } from '../src/run/view/runView';
import { count } from './format';

interface Notice {
  readonly kind: 'info' | 'warning' | 'error';
  readonly title?: string;
  readonly text: string;
  readonly log?: readonly string[];
}

/** What a state has to say beyond its numbers; a run that trains or has finished says it by itself. */
export function StateNotice({ head, trusted }: { head: RunHead; trusted: boolean }) {
  const notice = noticeOf(head, trusted);
  return notice ? <Box {...notice} /> : null;
}

export function Gone() {
  return <Box kind="warning" title="This run no longer exists" text="Its folder was deleted or moved. You can close this panel." />;
}

export function Loading() {
  return <Box kind="info" text="Loading the run…" />;
}

function Box({ kind, title, text, log = [] }: Notice) {
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

function noticeOf(head: RunHead, trusted: boolean): Notice | undefined {
  switch (head.state) {
    case 'queued':
      return { kind: 'info', title: 'Waiting', text: 'Another run is training. This one starts when that one ends.' };
    case 'starting':
      return {
        kind: 'info',
        title: 'Opening models and data',
        text: head.notes.at(-1) ?? 'Reading the data and loading the language models. The first scores appear in a few seconds.',
      };
    case 'paused':
      return { kind: 'info', title: `Paused at step ${count(head.step)}`, text: 'The checkpoint is saved.' };
    case 'stopping':
      return { kind: 'info', title: 'Stopping', text: 'The run finishes the current step and saves a checkpoint.' };
    case 'interrupted':
      return { kind: 'warning', title: `Interrupted at step ${count(head.step)}`, text: interrupted(head, trusted) };
    case 'elsewhere':
      return {
        kind: 'info',
        title: 'Training in another process',
        text: 'The command line or another window runs it and can stop it. Its results appear here as they arrive.',
      };
    case 'failed':
      return {
        kind: 'error',
        title: 'The run failed',
        text: head.error ?? 'The engine gave no reason.',
        ...(head.log && { log: head.log }),
      };
    case 'running':
    case 'finished':
      return undefined;
  }
}

function interrupted({ resumable }: RunHead, trusted: boolean): string {
  if (!resumable) return 'It was stopped before its first step. Start it again from its spec.';
  return trusted
    ? 'Resume continues from the last checkpoint and gives the same result as a run without interruption.'
    : 'Trust this workspace to resume the run.';
}
