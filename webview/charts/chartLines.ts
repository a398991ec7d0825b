import type { Line, Scale } from './plot';
import { percent } from '../format';

export const BLUE = '--vscode-charts-blue';
export const GREEN = '--vscode-charts-green';
export const PURPLE = '--vscode-charts-purple';
export const RED = '--vscode-charts-red';
export const YELLOW = '--vscode-charts-yellow';

export const SHARE: Scale = { format: percent, bounds: [0, 1] };

/** Lines that differ in dashes too, not in color alone. */
export const STYLES = [
  { color: BLUE },
  { color: YELLOW, dash: [6, 3] },
  { color: GREEN, dash: [2, 2] },
  { color: PURPLE, dash: [8, 3, 2, 3] },
  { color: RED, dash: [1, 3] },
  { color: '--vscode-foreground', dash: [12, 4] },
] as const;

/** Nothing before it has begun. */
export function randomSearch(x: readonly number[], y: readonly number[], label = 'Random search, best so far'): Line[] {
  return x.length > 0 ? [{ label, color: PURPLE, x, y, width: 1.5, dash: [5, 3] }] : [];
}
