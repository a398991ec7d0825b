import type { RunView } from '../src/run/view/runView';
import { element } from './dom';
import { count } from './format';

/** What a state has to say beside its numbers; nothing where they speak for themselves. */
export function face({ head }: RunView, trusted: boolean): HTMLElement | undefined {
  const box = (kind: string, title: string, text: string, ...more: Node[]): HTMLElement =>
    element('section', { class: `face face-${kind}` }, element('h2', {}, title), element('p', {}, text), ...more);
  switch (head.state) {
    case 'queued':
      return box('info', 'Waiting', 'Another run is training. This one starts when that ends.');
    case 'starting':
      return box(
        'info',
        'Opening models and data',
        head.notes.at(-1) ?? 'The data is read and the language models are loaded. The first scores come in a few seconds.',
      );
    case 'paused':
      return box('info', `Paused at step ${count(head.step)}`, 'The run waits between two steps, with its checkpoint written.');
    case 'stopping':
      return box('info', 'Stopping', 'The step in progress ends, then the checkpoint is written.');
    case 'interrupted':
      return box(
        'warning',
        `Interrupted at step ${count(head.step)}`,
        head.resumable
          ? trusted
            ? 'The run can go on from its last checkpoint; the result is the one it would have had.'
            : 'The run can go on once this workspace is trusted.'
          : 'It was stopped before its first step. Start it again from its spec.',
      );
    case 'elsewhere':
      return box(
        'info',
        'Training in another process',
        'The command line or another window runs it, and can stop it. What it has found so far is shown here as it comes.',
      );
    case 'failed':
      return box(
        'error',
        'The run failed',
        head.error ?? 'The engine gave no reason.',
        ...(head.log && head.log.length > 0
          ? [element('pre', { tabindex: 0, 'aria-label': 'Last lines of the log' }, head.log.join('\n'))]
          : []),
      );
    case 'running':
    case 'finished':
      return undefined;
  }
}

export function gone(): HTMLElement {
  return element(
    'section',
    { class: 'face face-warning' },
    element('h2', {}, 'This run is gone'),
    element('p', {}, 'Its folder was deleted or moved. This panel can be closed.'),
  );
}

export function loading(): HTMLElement {
  return element('section', { class: 'face face-info' }, element('p', {}, 'Loading the run…'));
}
