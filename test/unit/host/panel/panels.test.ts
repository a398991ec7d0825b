import { afterEach, describe, expect, it, vi } from 'vitest';
import { Uri, type WebviewPanel } from 'vscode';
import type { PageActions } from '../../../../src/host/panel/pageActions';
import { Panels } from '../../../../src/host/panel/panels';
import type { Runs } from '../../../../src/host/runs/runs';
import { RunViewBuilder } from '../../../../src/run/view/view';
import * as editor from '../editor';

vi.mock('vscode', () => import('../editor'));
afterEach(() => vi.restoreAllMocks());

function plainPanel(): { panel: WebviewPanel; close: () => void } {
  const closed = new editor.EventEmitter<void>();
  const never = (): { dispose: () => void } => ({ dispose: () => undefined });
  const webview = { options: {}, html: '', cspSource: '', asWebviewUri: (uri: unknown) => uri, onDidReceiveMessage: never };
  const panel = {
    webview,
    title: '',
    visible: true,
    active: true,
    reveal: vi.fn(),
    dispose: () => closed.fire(),
    onDidChangeViewState: never,
    onDidDispose: closed.event,
  };
  return { panel: panel as unknown as WebviewPanel, close: () => closed.fire() };
}

function panels(): Panels {
  const get = (id: string): Promise<RunViewBuilder> => Promise.resolve(new RunViewBuilder(id, 'small', '/small.prompt-task.json'));
  const runs = { onDidChange: () => ({ dispose: () => undefined }), get } as unknown as Runs;
  return new Panels(
    runs,
    Uri.file('/extension'),
    () => ({}) as PageActions,
    () => true,
  );
}

describe('the open panels', () => {
  it('hold one for each run, even if it is requested twice at once', async () => {
    const create = vi.spyOn(editor.window, 'createWebviewPanel').mockImplementation(() => plainPanel().panel);
    const open = panels();
    const [first, second] = await Promise.all([open.show('/runs/a'), open.show('/runs/a')]);
    expect(second).toBe(first);
    expect(create).toHaveBeenCalledTimes(1);
    expect(await open.show('/runs/a', ['/runs/b'])).not.toBe(first);
    expect(create).toHaveBeenCalledTimes(2);
  });

  it('stay open when the extension ends, so that a reload of the window restores them', async () => {
    const { panel } = plainPanel();
    const close = vi.spyOn(panel, 'dispose');
    vi.spyOn(editor.window, 'createWebviewPanel').mockImplementation(() => panel);
    const open = panels();
    await open.show('/runs/a');
    open.dispose();
    expect(close).not.toHaveBeenCalled();
    expect(open.of('/runs/a')).toBeUndefined();
  });

  it('restore a comparison of several runs, and one of the pages before', async () => {
    const open = panels();
    const [several, before] = [plainPanel(), plainPanel()];
    await open.deserializeWebviewPanel(several.panel, { id: '/runs/a', others: ['/runs/b', '/runs/c'] });
    await open.deserializeWebviewPanel(before.panel, { id: '/runs/a', other: '/runs/b' });
    expect((await open.show('/runs/a', ['/runs/b', '/runs/c'])).panel).toBe(several.panel);
    expect((await open.show('/runs/a', ['/runs/b'])).panel).toBe(before.panel);
  });

  it('forget a panel that is closed, and not the one that took its place', async () => {
    const open = panels();
    const [before, after] = [plainPanel(), plainPanel()];
    await open.deserializeWebviewPanel(before.panel, { id: '/runs/a' });
    await open.deserializeWebviewPanel(after.panel, { id: '/runs/a' });
    before.close();
    expect(open.of('/runs/a')?.panel).toBe(after.panel);
    after.close();
    expect(open.of('/runs/a')).toBeUndefined();
  });

  it('close when a run that they show is deleted', async () => {
    const open = panels();
    await open.deserializeWebviewPanel(plainPanel().panel, { id: '/runs/a' });
    await open.deserializeWebviewPanel(plainPanel().panel, { id: '/runs/b', other: '/runs/a' });
    const kept = plainPanel().panel;
    await open.deserializeWebviewPanel(kept, { id: '/runs/b' });
    open.close('/runs/a');
    expect(open.of('/runs/a')).toBeUndefined();
    expect(open.of('/runs/b')?.panel).toBe(kept);
  });
});
