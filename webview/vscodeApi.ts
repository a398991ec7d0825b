import type { FromPage, PageState } from '../src/messages/page';

/** What the page keeps over a reload of its panel; `id` and `other` are what the host restores it from. */
export interface KeptState extends PageState {
  readonly smoothing?: number;
  readonly open?: readonly string[];
}

interface VsCodeApi {
  postMessage(message: FromPage): void;
  getState(): KeptState | undefined;
  setState(state: KeptState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export const vscode = acquireVsCodeApi();

export function send(message: FromPage): void {
  vscode.postMessage(message);
}
