import { availableParallelism } from 'node:os';
import * as vscode from 'vscode';
import { MOST_THREADS } from '../model/local/threads';

function setting<T>(name: string, fallback: T): T {
  return vscode.workspace.getConfiguration('rlprompt').get<T>(name, fallback);
}

/** Threads of the engine: by default all cores but one, so that the editor stays responsive. */
export function threads(): number {
  const set = setting<number>('threads', 0);
  return set > 0 ? Math.min(set, MOST_THREADS) : Math.max(1, availableParallelism() - 1);
}

/** Weight of the past in the smoothed curves of the charts, 0 to 0.99. */
export function smoothing(): number {
  return setting<number>('charts.smoothing', 0.8);
}
