import type { RunHead } from '../src/run/view/runView';
import { Icon } from './icons';
import { STAGES } from './names';

/** The stages of a run, with the share of the present one that is done. */
export function Phases({ head: { stages, stage, progress } }: { head: RunHead }) {
  const at = stages.indexOf(stage);
  return (
    <ol class="phases" aria-label="Stages">
      {stages.map((one, i) => (
        <li key={one} class={i < at ? 'done' : i === at ? 'current' : 'ahead'} aria-current={i === at ? 'step' : undefined}>
          {i < at && <Icon name="finished" />}
          {STAGES[one]}
          {i === at && <b>{`${Math.round(100 * progress)}%`}</b>}
        </li>
      ))}
    </ol>
  );
}
