import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { Channel } from '../../messages/channel';
import type { Difference, PageMethods, PageSettings, PanelMethods } from '../../messages/page';
import { differences } from '../../run/view/compare';
import { curveLengths, curvesSince, type RunViewBuilder } from '../../run/view/view';
import type { Runs } from '../runs/runs';
import { smoothing } from '../settings';
import type { PageActions } from './pageActions';
import { pageHtml } from './pageHtml';

/** Milliseconds between two updates of the page. */
const INTERVAL = 100;

/** What the page has of a run. */
interface Sent {
  readonly builder: RunViewBuilder;
  readonly curves: RunViewBuilder['curves'];
  readonly lengths: ReturnType<typeof curveLengths>;
  readonly rows: number;
}

/** A panel that shows a run or compares several. The host owns the state; the page gets a snapshot whenever it appears. */
export class RunPanel implements vscode.Disposable {
  /** Drops what is sent while the page is hidden: it asks for a snapshot when it appears. */
  readonly page: Channel<PageMethods, PanelMethods>;
  private readonly subscriptions: vscode.Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sentAt = 0;
  /** What the page has, by the runs' ids; undefined until it has asked for a snapshot. */
  private sent: Map<string, Sent> | undefined;
  /** Runs that changed since the last message. */
  private readonly due = new Set<string>();
  /** The panel's title while its run is there. */
  private name: string;
  /** A closed panel throws on every access. */
  private disposed = false;
  private readonly closed = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.closed.event;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly id: string,
    readonly others: readonly string[],
    private readonly runs: Runs,
    extensionUri: vscode.Uri,
    actions: PageActions,
    /** Whether a prompt can be inserted as a function. */
    private readonly functions: () => boolean,
  ) {
    this.name = panel.title;
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.svg');
    this.page = new Channel<PageMethods, PanelMethods>(
      {
        post: (message) => this.visible() && void webview.postMessage(message),
        onMessage: (listener) => this.subscriptions.push(webview.onDidReceiveMessage(listener)),
      },
      { ...actions, ready: () => void this.hydrate() },
    );
    this.subscriptions.push(
      runs.onDidChange((changed) => {
        if (this.ids.includes(changed)) this.schedule(changed);
      }),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.sent = undefined;
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('rlprompt')) this.page.notify('settings', this.settings());
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.page.notify('settings', this.settings())),
      vscode.window.onDidChangeActiveTextEditor(() => this.page.notify('settings', this.settings())),
      panel.onDidDispose(() => this.dispose()),
    );
    webview.html = pageHtml({
      nonce: randomBytes(16).toString('base64url'),
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'page.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'page.css')).toString(),
      title: panel.title,
    });
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    clearTimeout(this.timer);
    this.closed.fire();
    for (const subscription of this.subscriptions.splice(0)) subscription.dispose();
  }

  private settings(): PageSettings {
    return { smoothing: smoothing(), trusted: vscode.workspace.isTrusted, functions: this.functions() };
  }

  private get ids(): string[] {
    return [this.id, ...this.others];
  }

  private visible(): boolean {
    return !this.disposed && this.panel.visible;
  }

  /** Sends everything. */
  private async hydrate(): Promise<void> {
    try {
      const builders = await Promise.all(this.ids.map((id) => this.runs.get(id)));
      if (this.disposed) return;
      this.sent = new Map(builders.map((run) => [run.head.id, sentOf(run)]));
      this.entitle(builders);
      this.sentAt = Date.now();
      const [{ view }, ...others] = builders as [RunViewBuilder, ...RunViewBuilder[]];
      this.page.notify('snapshot', {
        view,
        ...(others.length > 0 && { others: others.map((other) => other.view), differences: differencesOf(builders) }),
        settings: this.settings(),
      });
    } catch {
      this.gone();
    }
  }

  /** Runs can be renamed. */
  private entitle(builders: readonly RunViewBuilder[]): void {
    this.name = builders.map(({ head }) => head.name).join(' ↔ ');
    if (this.panel.title !== this.name) this.panel.title = this.name;
  }

  private gone(): void {
    this.sent = undefined;
    this.panel.title = vscode.l10n.t('{0} (deleted)', this.name);
    this.page.notify('gone');
  }

  private schedule(id: string): void {
    if (this.disposed) return;
    this.due.add(id);
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        void this.flush();
      },
      Math.max(0, this.sentAt + INTERVAL - Date.now()),
    );
  }

  /** Sends what changed since the last message. */
  private async flush(): Promise<void> {
    const due = [...this.due];
    this.due.clear();
    this.sentAt = Date.now();
    if (!this.visible()) return;
    const builders = await Promise.all(due.map((id) => this.runs.get(id).catch(() => undefined)));
    if (!this.visible()) return;
    // The page asks for its first snapshot itself.
    if (!this.sent) {
      if (builders.includes(undefined)) this.gone();
      return;
    }
    for (const [i, builder] of builders.entries()) {
      const before = this.sent.get(due[i]!);
      // Another builder or other curves: the run was read again or replays its events.
      if (!builder || builder !== before?.builder || builder.curves !== before.curves) return this.hydrate();
      const rows = builder.rowsVersion !== before.rows;
      const append = curvesSince(builder.curves, before.lengths);
      this.sent.set(due[i]!, sentOf(builder));
      this.page.notify('update', { id: due[i]!, head: builder.head, append, ...(rows && { rows: builder.rows }) });
    }
    this.entitle([...this.sent.values()].map(({ builder }) => builder));
  }
}

function sentOf(builder: RunViewBuilder): Sent {
  const { curves, rowsVersion } = builder;
  return { builder, curves, lengths: curveLengths(curves), rows: rowsVersion };
}

/** None while one of the runs has not read its spec. */
function differencesOf(builders: readonly RunViewBuilder[]): Difference[] {
  const tasks = builders.flatMap(({ task }) => task ?? []);
  return tasks.length === builders.length ? differences(tasks) : [];
}
