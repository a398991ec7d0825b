import * as vscode from 'vscode';
import type { PageState } from '../../messages/page';
import { taskName } from '../../run/store/history';
import type { Runs } from '../runs/runs';
import type { PageActions } from './pageActions';
import { RunPanel } from './runPanel';

export const PANEL_TYPE = 'rlprompt.run';

/** The open panels, one for each run or comparison of runs. */
export class Panels implements vscode.WebviewPanelSerializer<PageState>, vscode.Disposable {
  private readonly open = new Map<string, RunPanel>();

  constructor(
    private readonly runs: Runs,
    private readonly extensionUri: vscode.Uri,
    private readonly actions: (id: string) => PageActions,
    private readonly functions: () => boolean,
  ) {}

  /** Shows a run in its panel, or in a new one beside the editor. */
  async show(id: string, others: readonly string[] = []): Promise<RunPanel> {
    const shown = this.reveal(id, others);
    if (shown) return shown;
    const name = await this.runs.get(id).then(
      ({ head }) => head.name,
      () => taskName(id),
    );
    // A second call may have opened it meanwhile.
    const opened = this.reveal(id, others);
    if (opened) return opened;
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    return this.adopt(vscode.window.createWebviewPanel(PANEL_TYPE, name, column), id, others);
  }

  /** The panel in front, if any. */
  get active(): RunPanel | undefined {
    return [...this.open.values()].find(({ panel }) => panel.active);
  }

  of(id: string): RunPanel | undefined {
    return this.open.get(key(id, []));
  }

  /** After the window was reloaded. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: PageState | undefined): Promise<void> {
    if (state?.id === undefined) panel.dispose();
    else this.adopt(panel, state.id, state.others ?? (state.other === undefined ? [] : [state.other]));
    return Promise.resolve();
  }

  /** A run was deleted: there is nothing left to show of it. */
  close(id: string): void {
    for (const { panel, id: shown, others } of [...this.open.values()]) if (shown === id || others.includes(id)) panel.dispose();
  }

  /** Lets go of the panels but does not close them: this also happens when the window reloads, and VS Code restores them then. */
  dispose(): void {
    for (const shown of [...this.open.values()]) shown.dispose();
  }

  private reveal(id: string, others: readonly string[]): RunPanel | undefined {
    const shown = this.open.get(key(id, others));
    shown?.panel.reveal(undefined, true);
    return shown;
  }

  private adopt(panel: vscode.WebviewPanel, id: string, others: readonly string[]): RunPanel {
    const adopted = new RunPanel(panel, id, others, this.runs, this.extensionUri, this.actions(id), this.functions);
    this.open.set(key(id, others), adopted);
    adopted.onDidDispose(() => {
      if (this.open.get(key(id, others)) === adopted) this.open.delete(key(id, others));
    });
    return adopted;
  }
}

function key(id: string, others: readonly string[]): string {
  return [id, ...others].join('\n');
}
