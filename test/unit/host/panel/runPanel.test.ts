import { describe, expect, it, vi } from 'vitest';
import { Uri, type WebviewPanel } from 'vscode';
import { RunPanel } from '../../../../src/host/panel/runPanel';
import type { Runs } from '../../../../src/host/runs/runs';
import type { FromPage, ToPage } from '../../../../src/messages/page';
import { RunViewBuilder } from '../../../../src/run/view/view';
import { EventEmitter } from '../editor';

vi.mock('vscode', () => import('../editor'));

/** A panel as VS Code has it: once closed, it throws at whatever is asked of it. */
function opened(): {
  panel: WebviewPanel;
  shown: RunPanel;
  posted: ToPage[];
  close: () => void;
  say: (message: FromPage) => void;
  change: () => void;
  builder: RunViewBuilder;
  answer: () => void;
} {
  const builder = new RunViewBuilder('/runs/a', 'small', '/small.prompt-task.json');
  const [received, changed, closed] = [new EventEmitter<FromPage>(), new EventEmitter<string>(), new EventEmitter<void>()];
  const posted: ToPage[] = [];
  let open = true;
  const guarded = <T>(value: T): T => {
    if (!open) throw new Error('Webview is disposed');
    return value;
  };
  let name = 'small';
  const webview = {
    options: {},
    html: '',
    cspSource: 'https://res',
    asWebviewUri: (uri: unknown) => uri,
    onDidReceiveMessage: received.event,
    postMessage: (message: ToPage) => Promise.resolve(posted.push(guarded(message)) > 0),
  };
  const panel = {
    get webview() {
      return guarded(webview);
    },
    get visible() {
      return guarded(true);
    },
    get title() {
      return guarded(name);
    },
    set title(value: string) {
      name = guarded(value);
    },
    onDidChangeViewState: () => ({ dispose: () => undefined }),
    onDidDispose: closed.event,
  } as unknown as WebviewPanel;
  const asked: (() => void)[] = [];
  const get = (): Promise<RunViewBuilder> => new Promise((resolve) => asked.push(() => resolve(builder)));
  const runs = { onDidChange: changed.event, get } as unknown as Runs;
  const shown = new RunPanel(panel, '/runs/a', undefined, runs, Uri.file('/extension'), () => Promise.resolve());
  return {
    panel,
    shown,
    posted,
    builder,
    close: () => {
      open = false;
      closed.fire();
    },
    say: (message) => received.fire(message),
    change: () => changed.fire('/runs/a'),
    answer: () => {
      for (const resolve of asked.splice(0)) resolve();
    },
  };
}

const turn = (milliseconds = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('the panel of a run', () => {
  it('gives the page a snapshot, then what is new, and a snapshot again when the journal is told anew', async () => {
    const { say, answer, change, posted, builder } = opened();
    const step = {
      mean: 1,
      best: 1,
      spread: 1,
      bestPrompt: '',
      distinct: 16,
      entropy: 1,
      loss: 1,
      gradientNorm: 1,
      queries: { asked: 1, computed: 1 },
    };
    const milliseconds = { states: 1, policy: 1, reward: 1, update: 1 };
    const flushed = async (): Promise<void> => {
      change();
      await vi.waitFor(() => {
        const before = posted.length;
        answer();
        return turn(5).then(() => expect(posted.length).toBeGreaterThan(before));
      });
    };
    say({ type: 'ready' });
    answer();
    await turn();
    builder.apply({ event: 'step', step: 1, ...step, seconds: 1, milliseconds });
    await flushed();
    expect(posted.map(({ type }) => type)).toEqual(['snapshot', 'update']);
    expect(posted[1]).toMatchObject({ update: { append: { steps: { step: [1] } } } });
    builder.apply({
      event: 'start',
      seed: 0,
      actions: 7,
      rows: { train: 8, validation: 8, test: 4 },
      steps: 100,
      queryBudget: 1000,
      random: false,
    });
    builder.apply({ event: 'step', step: 1, ...step, seconds: 1, milliseconds });
    await flushed();
    expect(posted.map(({ type }) => type)).toEqual(['snapshot', 'update', 'snapshot']);
  });

  it('is quiet once it is closed, also where it waited for the run', async () => {
    const { shown, say, change, answer, close, posted } = opened();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    say({ type: 'ready' });
    answer();
    await turn();
    // A flush and a hydration that are under way when the panel closes.
    change();
    await turn(150);
    say({ type: 'ready' });
    close();
    answer();
    await turn();
    change();
    await turn(150);
    shown.post({ type: 'evaluation', busy: false });
    await turn();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(posted.map(({ type }) => type)).toEqual(['snapshot']);
  });
});
