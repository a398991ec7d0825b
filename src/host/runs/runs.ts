import { rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { Job, RunHead } from '../../protocol';
import { listRuns, readRun, taskName } from '../../run/history';
import { refuseLocked } from '../../run/lock';
import { newRunPath } from '../../run/start';
import { RunViewBuilder } from '../../run/view';
import { threads } from '../settings';
import type { Engines } from './engines';
import { LiveRun } from './liveRun';

/** All runs that this window knows: those on disk, and those of its own, of which one trains at a time. */
export class Runs implements vscode.Disposable {
  private readonly live = new Map<string, LiveRun>();
  private readonly fromDisk = new Map<string, { stamp: string; builder: RunViewBuilder }>();
  private readonly queue: LiveRun[] = [];
  /** Runs that are being read so as to be taken up. */
  private readonly resuming = new Set<string>();
  private training: LiveRun | undefined;
  private readonly changed = new vscode.EventEmitter<string>();
  /** A run's view changed; the run's id. */
  readonly onDidChange = this.changed.event;
  private readonly listed = new vscode.EventEmitter<void>();
  /** A run came, went, or changed its state. */
  readonly onDidChangeList = this.listed.event;

  /** Where runs lie, until a spec or a run comes or goes. */
  private roots: Promise<Set<string>> | undefined;
  private readonly subscriptions: vscode.Disposable[] = [];

  constructor(
    private readonly engines: Engines,
    private readonly log: vscode.LogOutputChannel,
  ) {
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
    void vscode.workspace.findFiles(RUNS, '**/node_modules/**', 1).then(({ length }) => sayHasRuns(length > 0));
  }

  /** Starts a run of a spec, or queues it behind the one that trains; returns its id. */
  optimize(specFile: string, seed: number): string {
    const spec = { file: specFile, folder: dirname(specFile) };
    const folder = this.freeFolder(newRunPath(spec, seed, runsFolder(specFile)));
    const builder = new RunViewBuilder(folder, taskName(specFile), specFile);
    builder.set({ seed });
    this.enqueue(folder, builder, { type: 'optimize', specFile, folder, seed, random: true, threads: threads() });
    return folder;
  }

  /** Takes a run up from its checkpoint; nothing when it trains or waits already. @throws Error when another process trains it */
  async resume(id: string): Promise<void> {
    if (this.busy(id) || this.resuming.has(id)) return;
    this.resuming.add(id);
    try {
      refuseLocked(id);
      const builder = await this.get(id);
      this.fromDisk.delete(id);
      builder.takeUp();
      this.enqueue(id, builder, { type: 'resume', folder: id, threads: threads() });
    } finally {
      this.resuming.delete(id);
    }
  }

  pause(id: string): void {
    this.live.get(id)?.pause();
  }

  continue(id: string): void {
    this.live.get(id)?.continue();
  }

  /** A run that trains ends at its next step; one that waits never starts. */
  stop(id: string): void {
    const run = this.live.get(id);
    if (!run) return;
    if (this.unqueue(run)) run.cancel();
    else run.stop();
  }

  /** The state of a run of this window, else as it lies on disk. @throws Error when there is no such run */
  async get(id: string): Promise<RunViewBuilder> {
    const live = this.live.get(id);
    if (live) return live.builder;
    const stamp = await runStamp(id);
    const known = this.fromDisk.get(id);
    if (known?.stamp === stamp) return known.builder;
    const builder = await readRun(id);
    this.fromDisk.set(id, { stamp, builder });
    return builder;
  }

  /** The run's folder has changed: what is known of a run that does not train is read again. */
  reload(id: string): void {
    if (!this.busy(id)) this.live.delete(id);
    this.touch(id);
  }

  /** What a view of the run has changed by something outside the engine, such as an evaluated prompt. */
  touch(id: string): void {
    this.changed.fire(id);
    this.listed.fire();
  }

  /** The run that trains, or is about to. */
  get current(): RunHead | undefined {
    return this.training?.builder.head;
  }

  /** The workspace is searched for runs anew by the next list. */
  lookAgain(): void {
    this.roots = undefined;
  }

  /** Every run of the workspace, the latest first. */
  async list(): Promise<RunHead[]> {
    const ids = new Set(this.live.keys());
    for (const root of await this.rootFolders()) for (const folder of await listRuns(root)) ids.add(folder);
    const heads = await Promise.all(
      [...ids].map((id) =>
        this.get(id).then(
          (builder) => builder.head,
          () => undefined,
        ),
      ),
    );
    sayHasRuns(heads.some((head) => head !== undefined));
    return heads.filter((head) => head !== undefined).sort((a, b) => (a.created < b.created ? 1 : -1));
  }

  /** Deletes a run's folder, once no process writes there. */
  async delete(id: string): Promise<void> {
    const run = this.live.get(id);
    if (run && !this.unqueue(run)) await run.end();
    this.live.delete(id);
    this.fromDisk.delete(id);
    // Windows keeps the files of a process that has just ended for a moment.
    await rm(id, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    this.changed.fire(id);
    this.listed.fire();
  }

  dispose(): void {
    for (const run of this.live.values()) run.kill();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
    this.listed.dispose();
  }

  /** Whether the run trains or waits to. */
  private busy(id: string): boolean {
    const run = this.live.get(id);
    return run !== undefined && (run.active || this.queue.includes(run));
  }

  /** Whether the run waited; it does no more. */
  private unqueue(run: LiveRun): boolean {
    const waiting = this.queue.indexOf(run);
    if (waiting >= 0) this.queue.splice(waiting, 1);
    return waiting >= 0;
  }

  private enqueue(id: string, builder: RunViewBuilder, job: Job): void {
    const run = new LiveRun(builder, job, this.log);
    this.live.set(id, run);
    let state = builder.head.state;
    run.onDidChange(() => {
      this.changed.fire(id);
      if (builder.head.state === state) return;
      state = builder.head.state;
      this.listed.fire();
    });
    run.onDidEnd(() => {
      if (this.training === run) this.training = undefined;
      void this.startNext();
    });
    this.queue.push(run);
    this.lookAgain();
    void this.startNext();
    sayHasRuns(true);
    this.listed.fire();
  }

  private async startNext(): Promise<void> {
    // A run waits in the queue, where it can be stopped, until its engine would get the person's keys.
    await this.engines.ready;
    if (this.training) return;
    this.training = this.queue.shift();
    this.training?.start(this.engines);
    this.listed.fire();
  }

  private freeFolder(path: string): string {
    let free = path;
    for (let n = 2; this.live.has(free); n++) free = `${path}-${n}`;
    return free;
  }

  /** Looked for once, and again when something has come or gone, or the looking failed. */
  private rootFolders(): Promise<Set<string>> {
    const roots = (this.roots ??= findRoots());
    roots.catch(() => {
      if (this.roots === roots) this.roots = undefined;
    });
    return roots;
  }
}

const SPECS = '**/*.prompt-task.json';
const RUNS = '**/.rlprompt/runs/*/task.json';

/** Folders that hold runs: beside every spec and every run of the workspace, and the one of the settings. */
async function findRoots(): Promise<Set<string>> {
  const find = (pattern: string): Thenable<vscode.Uri[]> => vscode.workspace.findFiles(pattern, '**/node_modules/**', 1000);
  const [specs, tasks] = await Promise.all([find(SPECS), find(RUNS)]);
  return new Set([...specs.map(({ fsPath }) => runsFolder(fsPath)), ...tasks.map(({ fsPath }) => dirname(dirname(fsPath)))]);
}

/** For menus that are of use only where there is a run. */
function sayHasRuns(hasRuns: boolean): void {
  void vscode.commands.executeCommand('setContext', 'rlprompt.hasRuns', hasRuns);
}

/** Where the runs of a spec go: the setting, relative to the workspace folder, else `.rlprompt/runs` beside the spec. */
function runsFolder(specFile: string): string {
  const set = vscode.workspace.getConfiguration('rlprompt', vscode.Uri.file(specFile)).get<string>('runsFolder', '');
  if (set === '') return join(dirname(specFile), '.rlprompt', 'runs');
  if (isAbsolute(set)) return set;
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(specFile));
  return resolve(folder?.uri.fsPath ?? dirname(specFile), set);
}

/** Changes when a file of the run does. */
async function runStamp(id: string): Promise<string> {
  const files = ['task.json', 'events.jsonl', 'result.json', 'evaluated.json', 'transfer.json'];
  const stats = await Promise.all(files.map((name) => stat(join(id, name)).catch(() => undefined)));
  return stats.map((s) => (s ? `${s.mtimeMs}:${s.size}` : '-')).join();
}
