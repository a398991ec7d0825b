import { Channel } from '../src/messages/channel';
import type { PageMethods, PageState, PanelMethods } from '../src/messages/page';
import { CHANGES, type Model } from './store';

/** What the page keeps over a reload of its panel. */
interface KeptState extends PageState {
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

/** Milliseconds after which a page that nobody sees, which has no frames, takes in what it was sent. */
const UNSEEN = 1000;

/** What arrived since the last updates were drawn; undefined once their frame is there. */
let waiting: Change[] | undefined;

/**
 * Applies changes, and makes the updates behind them wait for a frame: on a busy machine, where drawing is slower than updates
 * come, several are drawn at once, and clicks come in between.
 */
function draw(changes: readonly Change[]): void {
  const arrived: Change[] = [];
  waiting = arrived;
  apply((model) => changes.reduce((now, change) => change(now), model));
  const next = (): void => {
    if (waiting !== arrived) return;
    waiting = undefined;
    if (arrived.length > 0) draw(arrived);
  };
  requestAnimationFrame(() => setTimeout(next));
  setTimeout(next, UNSEEN);
}

const changed =
  <K extends keyof PageMethods>(method: K) =>
  (argument: Parameters<PageMethods[K]>[0]): void => {
    const change: Change = (model) => CHANGES[method](model, argument);
    // All in the order in which they arrive.
    if (waiting && (method === 'update' || waiting.length > 0)) waiting.push(change);
    else if (method === 'update') draw([change]);
    else apply(change);
  };

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
