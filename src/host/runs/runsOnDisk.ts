import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import { listRuns, readRun } from '../../run/store/history';
import { LABEL_FILE } from '../../run/store/label';
import { otherTrainer } from '../../run/store/lock';
import type { RunViewBuilder } from '../../run/view/view';

const SPECS = '**/*.prompt-task.json';
const RUNS = '**/.rlprompt/runs/*/task.json';

/** Milliseconds between two reads of a run that another process trains. */
const LOOK_AGAIN = 3000;

/** The workspace's runs on disk: where they are, and each one's view, read again only after a change. */
export class RunsOnDisk implements vscode.Disposable {
  private readonly known = new Map<string, { stamp: string; builder: RunViewBuilder }>();
  /** Folders that hold runs, until a spec or a run is added or removed. */
  private roots: Promise<Set<string>> | undefined;
  private readonly later = new Map<string, NodeJS.Timeout>();
  private readonly changed = new vscode.EventEmitter<string>();
  /** A run that another process trains may have changed; the run's id. Fires only for runs that were read since the last time. */
  readonly onDidChange = this.changed.event;
  private readonly subscriptions: vscode.Disposable[] = [];

  constructor() {
    const look = (): void => this.lookAgain();
    for (const pattern of [SPECS, RUNS]) {
      const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, true, false);
      this.subscriptions.push(watcher, watcher.onDidCreate(look), watcher.onDidDelete(look));
    }
    this.subscriptions.push(
      vscode.workspace.onDidChangeWorkspaceFolders(look),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('rlprompt.runsFolder')) look();
      }),
    );
  }

  /** Whether the workspace has any run, without reading one. */
  async any(): Promise<boolean> {
    return (await vscode.workspace.findFiles(RUNS, '**/node_modules/**', 1)).length > 0;
  }

  /** Folders of all runs. */
  async list(): Promise<string[]> {
    const lists = await Promise.all([...(await this.rootFolders())].map(listRuns));
    return lists.flat();
  }

  /** @throws Error if there is no such run */
  async get(id: string): Promise<RunViewBuilder> {
    const stamp = await runStamp(id);
    let known = this.known.get(id);
    if (known?.stamp !== stamp) {
      known = { stamp, builder: await readRun(id) };
      this.known.set(id, known);
    }
    if (known.builder.head.state === 'elsewhere') this.lookLater(id);
    return known.builder;
  }

  forget(id: string): void {
    this.known.delete(id);
  }

  /** Makes the next list search the workspace for runs again. */
  lookAgain(): void {
    this.roots = undefined;
  }

  dispose(): void {
    for (const timer of this.later.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }

  private lookLater(id: string): void {
    if (this.later.has(id)) return;
    const timer = setTimeout(() => {
      this.later.delete(id);
      this.changed.fire(id);
    }, LOOK_AGAIN);
    this.later.set(id, timer);
  }

  /** Searched once, and again after a change or a failure. */
  private rootFolders(): Promise<Set<string>> {
    const roots = (this.roots ??= findRoots());
    roots.catch(() => {
      if (this.roots === roots) this.roots = undefined;
    });
    return roots;
  }
}

/** The folder of a spec's runs: from the setting, relative to the workspace folder, else `.rlprompt/runs` beside the spec. */
export function runsFolder(specFile: string): string {
  const set = vscode.workspace.getConfiguration('rlprompt', vscode.Uri.file(specFile)).get<string>('runsFolder', '');
  if (set === '') return join(dirname(specFile), '.rlprompt', 'runs');
  if (isAbsolute(set)) return set;
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(specFile));
  return resolve(folder?.uri.fsPath ?? dirname(specFile), set);
}

/** Folders that hold runs: those of every spec and of every run that the workspace search finds. */
async function findRoots(): Promise<Set<string>> {
  const find = (pattern: string): Thenable<vscode.Uri[]> => vscode.workspace.findFiles(pattern, '**/node_modules/**', 1000);
  const [specs, tasks] = await Promise.all([find(SPECS), find(RUNS)]);
  return new Set([...specs.map(({ fsPath }) => runsFolder(fsPath)), ...tasks.map(({ fsPath }) => dirname(dirname(fsPath)))]);
}

/** Changes when a file of the run changes, or the process that trains it. */
async function runStamp(id: string): Promise<string> {
  const files = ['task.json', 'events.jsonl', 'result.json', 'evaluated.json', 'transfer.json', LABEL_FILE];
  const stats = await Promise.all(files.map((name) => stat(join(id, name)).catch(() => undefined)));
  return [...stats.map((s) => (s ? `${s.mtimeMs}:${s.size}` : '-')), otherTrainer(id)?.pid ?? '-'].join();
}
