import { useEffect, useMemo, useReducer } from 'preact/hooks';
import type { RunHead } from '../src/run/view/runView';
import { duration } from './format';

const TICKING: readonly RunHead['state'][] = ['running', 'pausing', 'stopping', 'elsewhere'];

/** Time spent and left, which continues between two messages of the host. */
export function Clock({ head: { state, seconds, secondsLeft } }: { head: RunHead }) {
  const [, tick] = useReducer((ticks: number) => ticks + 1, 0);
  const ticking = TICKING.includes(state);
  const since = useMemo(() => performance.now(), [ticking, seconds, secondsLeft]);
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => tick(undefined), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  const passed = ticking ? (performance.now() - since) / 1000 : 0;
  const left = secondsLeft === null ? null : secondsLeft - passed;
  return (
    <>
      <span>
        elapsed <b>{duration(seconds + passed)}</b>
      </span>
      {(ticking || state === 'paused') && left !== null && (
        <span>{left < 1 ? 'almost done' : ['about ', <b key="left">{duration(left)}</b>, ' left']}</span>
      )}
    </>
  );
}
