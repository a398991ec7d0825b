import { Channel } from '../src/messages/channel';
import type { PageMethods, PageState, PanelMethods } from '../src/messages/page';
import { CHANGES, type Model } from './store';

/** What the page keeps over a reload of its panel. */
export interface KeptState extends PageState {
  readonly smoothing?: number;
  readonly open?: readonly string[];
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): KeptState | undefined;
  setState(state: KeptState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export const vscode = acquireVsCodeApi();

type Change = (model: Model) => Model;
let apply: (change: Change) => void;

const changed =
  <K extends keyof PageMethods>(method: K) =>
  (argument: Parameters<PageMethods[K]>[0]): void =>
    apply((model) => CHANGES[method](model, argument));

const host = new Channel<PanelMethods, PageMethods>(
  {
    post: (message) => vscode.postMessage(message),
    onMessage: (listener) => window.addEventListener('message', ({ data }) => listener(data)),
  },
  {
    snapshot: changed('snapshot'),
    update: changed('update'),
    settings: changed('settings'),
    evaluation: changed('evaluation'),
    gone: changed('gone'),
  },
);

/** Asks the host for a snapshot, and applies what it sends from then on. */
export function connect(applied: typeof apply): void {
  apply = applied;
  host.notify('ready');
}

export const send: typeof host.notify = (...call) => host.notify(...call);
export const ask: typeof host.request = (...call) => host.request(...call);
