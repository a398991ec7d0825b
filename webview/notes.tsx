import type { Note, RunView } from '../src/run/view/runView';
import { plural } from './format';

/** Warnings about data and models: always in view, since the user can do something about them. */
export function Warnings({ head: { notes } }: RunView) {
  const warnings = textsOf(notes, true);
  if (warnings.length === 0) return null;
  return (
    <section class="face face-warning warnings" aria-label="Warnings">
      <h2>{plural(warnings.length, 'warning')}</h2>
      <ul>
        {warnings.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </section>
  );
}

/** Remarks on data and models. */
export function Remarks({ head: { notes, state } }: RunView) {
  const remarks = textsOf(notes, false);
  if (remarks.length === 0 || state === 'starting') return null;
  return (
    <details class="notes">
      <summary>{plural(remarks.length, 'note')}</summary>
      <ul>
        {remarks.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </details>
  );
}

/** Each text once. */
function textsOf(notes: readonly Note[], warnings: boolean): string[] {
  return [...new Set(notes.flatMap((note) => (typeof note === 'string' ? (warnings ? [] : [note]) : warnings ? [note.warning] : [])))];
}
