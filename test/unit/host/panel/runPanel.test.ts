import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Uri, type WebviewPanel } from 'vscode';
import type { PageActions } from '../../../../src/host/panel/pageActions';
import { RunPanel } from '../../../../src/host/panel/runPanel';
import type { Runs } from '../../../../src/host/runs/runs';
import type { PolicyStepEvent } from '../../../../src/run/events';
import { RunViewBuilder } from '../../../../src/run/view/view';
import { EventEmitter } from '../editor';

vi.mock('vscode', () => import('../editor'));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Lets pending promises and due timers run. */
const turn = (milliseconds = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

interface Message {
  readonly method: string;
  readonly argument: unknown;
}

/** A panel that throws on every access once it is closed, as in VS Code. */
function opened(...others: string[]): {
  shown: RunPanel;
  posted: Message[];
  close: () => void;
  ready: () => void;
  change: (id?: string) => void;
  builders: Map<string, RunViewBuilder>;
  answer: () => void;
} {
  const builders = new Map(['/runs/a', '/runs/b'].map((id) => [id, new RunViewBuilder(id, 'small', '/small.prompt-task.json')]));
  const [received, changed, closed] = [new EventEmitter<unknown>(), new EventEmitter<string>(), new EventEmitter<void>()];
  const posted: Message[] = [];
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
    postMessage: (message: Message) => Promise.resolve(posted.push(guarded(message)) > 0),
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
  let asked: (() => void)[] = [];
  const get = (id: string): Promise<RunViewBuilder> => new Promise((resolve) => asked.push(() => resolve(builders.get(id)!)));
  const runs = { onDidChange: changed.event, get } as unknown as Runs;
  const shown = new RunPanel(panel, '/runs/a', others, runs, Uri.file('/extension'), {} as PageActions, () => true);
  return {
    shown,
    posted,
    builders,
    close: () => {
      open = false;
      closed.fire();
    },
    ready: () => received.fire({ method: 'ready' }),
    change: (id = '/runs/a') => changed.fire(id),
    answer: () => {
      const answered = asked;
      asked = [];
      for (const resolve of answered) resolve();
    },
  };
}

const STEP: PolicyStepEvent = {
  event: 'step',
  step: 1,
  mean: 1,
  best: 1,
  spread: 1,
  bestPrompt: '',
  distinct: 16,
  entropy: 1,
  loss: 1,
  gradientNorm: 1,
  queries: { asked: 1, computed: 1 },
  seconds: 1,
  milliseconds: { states: 1, policy: 1, reward: 1, update: 1 },
};

describe('the panel of a run', () => {
  it('sends a snapshot, then what is new, and a snapshot again when the events are replayed', async () => {
    const { ready, answer, change, posted, builders } = opened();
    const builder = builders.get('/runs/a')!;
    const flushed = async (): Promise<void> => {
      change();
      await turn(100);
      // The flush asks for the run, and then the snapshot does.
      for (let i = 0; i < 2; i++) {
        answer();
        await turn();
      }
    };
    ready();
    answer();
    await turn();
    builder.apply(STEP);
    await flushed();
    expect(posted.map(({ method }) => method)).toEqual(['snapshot', 'update']);
    expect(posted[1]).toMatchObject({ argument: { append: { steps: { mean: [1] } } } });
    const rows = { train: 8, validation: 8, test: 4 };
    builder.apply({ event: 'start', seed: 0, actions: 7, rows, steps: 100, queryBudget: 1000, random: false });
    builder.apply(STEP);
    await flushed();
    expect(posted.map(({ method }) => method)).toEqual(['snapshot', 'update', 'snapshot']);
  });

  it('sends at most ten messages a second', async () => {
    const { ready, answer, change, posted } = opened();
    ready();
    answer();
    for (let i = 0; i < 100; i++) {
      await turn(10);
      change();
      answer();
    }
    expect(posted.length).toBeGreaterThan(8);
    expect(posted.length).toBeLessThanOrEqual(11);
  });

  it('sends updates of both runs of a pair', async () => {
    const { shown, ready, answer, change, posted, builders } = opened('/runs/b');
    ready();
    answer();
    await turn();
    expect(posted).toMatchObject([
      { argument: { view: { head: { id: '/runs/a' } }, others: [{ head: { id: '/runs/b' } }], differences: [] } },
    ]);
    for (const [id, builder] of builders) {
      builder.apply(STEP);
      change(id);
    }
    await turn(100);
    answer();
    await turn();
    expect(posted.slice(1)).toMatchObject(
      ['/runs/a', '/runs/b'].map((id) => ({ method: 'update', argument: { id, append: { steps: { mean: [1] } } } })),
    );
    expect(shown.panel.title).toBe('small ↔ small');
    // One run changed: nothing of the other is sent.
    builders.get('/runs/b')!.set({ name: 'renamed' });
    change('/runs/b');
    await turn(100);
    answer();
    await turn();
    expect(posted.slice(3)).toMatchObject([{ method: 'update', argument: { id: '/runs/b', append: { steps: { mean: [] } } } }]);
    expect(shown.panel.title).toBe('small ↔ renamed');
  });

  it('is quiet once it is closed, even while it waits for the run', async () => {
    const { shown, ready, change, answer, close, posted } = opened();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    ready();
    answer();
    await turn();
    // A flush and a snapshot are in progress when the panel closes.
    change();
    await turn(150);
    ready();
    close();
    answer();
    await turn();
    change();
    await turn(150);
    shown.page.notify('evaluation', { busy: false });
    await turn();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(posted.map(({ method }) => method)).toEqual(['snapshot']);
  });
});
