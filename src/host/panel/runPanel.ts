import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { FromPage, ToPage } from '../../messages/page';
import { curveLengths, curvesSince, type RunViewBuilder } from '../../run/view/view';
import type { Runs } from '../runs/runs';
import { smoothing } from '../settings';
import { pageHtml } from './pageHtml';

/** Milliseconds between two updates of the page: at most ten a second. */
const INTERVAL = 100;

/** What the page has once it was sent all of a run. */
interface Sent {
  readonly builder: RunViewBuilder;
  readonly curves: RunViewBuilder['curves'];
  readonly lengths: ReturnType<typeof curveLengths>;
  readonly rows: number;
}

/** One panel that shows a run, or compares two. The host owns the state; the page gets a snapshot whenever it appears. */
export class RunPanel implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sentAt = 0;
  /** What the page has of the run; undefined until it has asked for a snapshot. */
  private sent: Sent | undefined;
  /** The panel is closed: from then on VS Code throws at whatever is asked of it. */
  private disposed = false;
  private readonly closed = new vscode.EventEmitter<void>();
  readonly onDidDispose = this.closed.event;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly id: string,
    readonly other: string | undefined,
    private readonly runs: Runs,
    extensionUri: vscode.Uri,
    onMessage: (message: FromPage, panel: RunPanel) => Promise<void>,
  ) {
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.svg');
    this.subscriptions.push(
      webview.onDidReceiveMessage((message: FromPage) => {
        if (message.type === 'ready') void this.hydrate();
        else void onMessage(message, this);
      }),
      runs.onDidChange((changed) => {
        if (changed === id || changed === other) this.schedule();
      }),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.sent = undefined;
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('rlprompt')) this.post({ type: 'settings', settings: settings() });
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.post({ type: 'settings', settings: settings() })),
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

  post(message: ToPage): void {
    if (this.visible()) void this.panel.webview.postMessage(message);
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    clearTimeout(this.timer);
    this.closed.fire();
    for (const subscription of this.subscriptions.splice(0)) subscription.dispose();
  }

  private visible(): boolean {
    return !this.disposed && this.panel.visible;
  }

  /** Gives the page everything. */
  private async hydrate(): Promise<void> {
    try {
      const builder = await this.runs.get(this.id);
      const other = this.other === undefined ? undefined : (await this.runs.get(this.other)).view;
      if (this.disposed) return;
      this.panel.title = title(builder, other?.head.name);
      this.sent = has(builder);
      this.sentAt = Date.now();
      this.post({ type: 'snapshot', view: builder.view, ...(other && { other }), settings: settings() });
    } catch {
      this.sent = undefined;
      this.post({ type: 'gone', id: this.id });
    }
  }

  private schedule(): void {
    if (this.disposed) return;
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        void this.flush();
      },
      Math.max(0, this.sentAt + INTERVAL - Date.now()),
    );
  }

  private async flush(): Promise<void> {
    if (!this.visible()) return;
    const builder = await this.runs.get(this.id).catch(() => undefined);
    const { sent } = this;
    if (!this.visible()) return;
    // Before its first snapshot the page asks for one itself; another builder or other curves mean that the run began anew.
    if (!sent) {
      if (!builder) this.post({ type: 'gone', id: this.id });
      return;
    }
    if (builder !== sent.builder || builder.curves !== sent.curves || this.other !== undefined) return this.hydrate();
    const append = curvesSince(builder.curves, sent.lengths);
    const rows = builder.rowsVersion !== sent.rows;
    this.sent = has(builder);
    this.sentAt = Date.now();
    this.post({ type: 'update', update: { id: this.id, head: builder.head, append, ...(rows && { rows: builder.rows }) } });
  }
}

function has(builder: RunViewBuilder): Sent {
  const { curves, rowsVersion } = builder;
  return { builder, curves, lengths: curveLengths(curves), rows: rowsVersion };
}

function title({ head }: RunViewBuilder, other: string | undefined): string {
  return other === undefined ? head.name : `${head.name} ↔ ${other}`;
}

function settings(): { smoothing: number; trusted: boolean } {
  return { smoothing: smoothing(), trusted: vscode.workspace.isTrusted };
}
