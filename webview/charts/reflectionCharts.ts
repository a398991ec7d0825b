import type { RunView } from '../../src/run/view/runView';
import { OPERATORS } from '../candidates/candidateDetails';
import type { ChartProps } from './chart';
import { GREEN, SHARE, STYLES, YELLOW } from './chartLines';
import { count } from '../format';
import type { Line } from './plot';
import { smooth } from './smoothing';

/** Whether a model proposed prompts. */
export function hasReflection({ curves: { reflectEstimates } }: RunView): boolean {
  return reflectEstimates.queries.length > 0;
}

/** The best prompt so far of a search by reflection. */
export function reflectionLine({ curves: { reflectEstimates: of } }: RunView): Line[] {
  if (of.queries.length === 0) return [];
  return [
    { label: 'Reflection, best so far', color: GREEN, x: of.queries, y: of.best, low: of.low, high: of.high, width: 2, dash: [8, 3] },
  ];
}

/** How its operators were chosen, and what its proposer took. */
export function reflectionCharts(view: RunView, smoothing: number): ChartProps[] {
  if (!hasReflection(view)) return [];
  const { operators, proposals } = view.curves;
  const names = (Object.keys(OPERATORS) as (keyof typeof OPERATORS)[]).filter((name) => name !== 'start');
  const tried = names.filter((name) => operators[name].some((share) => share > 0));
  return [
    {
      title: 'Probability of each operator',
      lines: tried.map((name) => ({
        label: OPERATORS[name],
        ...STYLES[names.indexOf(name) % STYLES.length]!,
        x: operators.queries,
        y: smooth(operators[name], smoothing),
        width: 2,
      })),
      scale: SHARE,
    },
    {
      title: 'Tokens of the proposer',
      lines: [{ label: 'Requests and answers so far', color: YELLOW, x: proposals.queries, y: proposals.tokens, width: 2 }],
      scale: { format: count, bounds: [0, Infinity] },
    },
  ];
}
