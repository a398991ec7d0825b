import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { EngineChannel, RunEnd } from '../../messages/engine';
import type { RunHead } from '../../run/view/runView';
import { taskName } from '../../run/store/history';
import { writeLabel, type RunLabel } from '../../run/store/label';
import { refuseLocked } from '../../run/store/lock';
import { newRunPath } from '../../run/start';
import { RunViewBuilder } from '../../run/view/view';
import { threads } from '../settings';
import type { Engines } from './engines';
import { LiveRun } from './liveRun';
import { RunsOnDisk, runsFolder } from './runsOnDisk';

/** The runs on disk and those of this window, of which one trains at a time. */
export class Runs implements vscode.Disposable {
  private readonly live = new Map<string, LiveRun>();
  private readonly disk = new RunsOnDisk();
  private readonly queue: LiveRun[] = [];
  /** Runs that are being read in order to resume them. */
  private readonly resuming = new Set<string>();
  private training: LiveRun | undefined;
  private readonly changed = new vscode.EventEmitter<string>();
  /** A run's view changed; the run's id. */
  readonly onDidChange = this.changed.event;
  private readonly listed = new vscode.EventEmitter<void>();
  /** A run was added, removed, or changed its state. */
  readonly onDidChangeList = this.listed.event;
  private readonly ended = new vscode.EventEmitter<RunHead>();
  /** A run of this window ended, and its process with it. */
  readonly onDidEnd = this.ended.event;
  private readonly deleted = new vscode.EventEmitter<string>();
  /** A run's folder was deleted here; the run's id. */
  readonly onDidDelete = this.deleted.event;

  constructor(
    private readonly engines: Engines,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disk.onDidChange((id) => this.touch(id));
    void this.disk.any().then(sayHasRuns);
  }

  /**
   * Starts a run of a spec, or queues it behind the one that trains.
   * @param autoLabels searches for label words first, whatever the spec has
   * @param promptLength tokens of a prompt, in place of the spec's
   * @returns its id
   */
  optimize(specFile: string, seed: number, autoLabels = false, promptLength?: number): string {
    const spec = { file: specFile, folder: dirname(specFile) };
    const folder = this.freeFolder(newRunPath(spec, seed, runsFolder(specFile)));
    const builder = new RunViewBuilder(folder, taskName(specFile), specFile);
    builder.set({ seed });
    const job = {
      specFile,
      folder,
      seed,
      threads: threads(),
      ...(autoLabels && { autoLabels }),
      ...(promptLength !== undefined && { promptLength }),
    };
    this.enqueue(builder, false, (engine) => engine.request('optimize', job));
    return folder;
  }

  /** Resumes a run from its checkpoint unless it trains or waits already. @throws Error if another process trains it */
  async resume(id: string): Promise<void> {
    const run = this.live.get(id);
    if (this.resuming.has(id) || (this.busy(id) && !run?.ending)) return;
    this.resuming.add(id);
    try {
      // Resume right after Stop: the engine may still be ending.
      if (run?.ending) await new Promise<void>((resolve) => run.onDidEnd(resolve));
      refuseLocked(id);
      const builder = await this.get(id);
      this.disk.forget(id);
      builder.takeUp();
      this.enqueue(builder, true, (engine) => engine.request('resume', { folder: id }));
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

  rankNow(id: string): void {
    this.live.get(id)?.rankNow();
  }

  /** A run that trains ends within a step; one that waits never starts. */
  stop(id: string): void {
    const run = this.live.get(id);
    if (!run) return;
    if (this.unqueue(run)) run.cancel();
    else run.stop();
  }

  /** A run of this window, else as it is on disk. @throws Error if there is no such run */
  async get(id: string): Promise<RunViewBuilder> {
    return this.live.get(id)?.builder ?? this.disk.get(id);
  }

  /** The run's folder changed: reads the run again unless it trains. */
  reload(id: string): void {
    if (!this.busy(id)) this.live.delete(id);
    this.touch(id);
  }

  /** Something outside the engine changed the run's view, such as an evaluated prompt. */
  touch(id: string): void {
    this.changed.fire(id);
    this.listed.fire();
  }

  /** The run that trains or starts to. */
  get current(): RunHead | undefined {
    return this.training?.builder.head;
  }

  /** Makes the next list search the workspace for runs again. */
  lookAgain(): void {
    this.disk.lookAgain();
  }

  /** Every run of the workspace, pinned ones first, then latest first. */
  async list(): Promise<RunHead[]> {
    return (await this.views()).map(({ head }) => head);
  }

  /** Like `list`, with each run's results. */
  async views(): Promise<RunViewBuilder[]> {
    const ids = new Set([...this.live.keys(), ...(await this.disk.list())]);
    const found = await Promise.all([...ids].map((id) => this.get(id).catch(() => undefined)));
    const builders = found.filter((builder) => builder !== undefined);
    sayHasRuns(builders.length > 0);
    const order = ({ head }: RunViewBuilder): string => `${head.pinned ? 1 : 0}${head.created}`;
    return builders.sort((a, b) => (order(a) < order(b) ? 1 : -1));
  }

  /** Names or pins a run. A name that is left out is the task's. @throws Error if its folder cannot be written */
  async label(id: string, label: RunLabel): Promise<void> {
    const { head } = await this.get(id);
    if (!existsSync(id)) throw new Error(vscode.l10n.t('{0} has no folder yet. Try again once it has started.', head.name));
    writeLabel(id, label);
    this.live.get(id)?.builder.set({ name: label.name ?? taskName(head.specFile), pinned: label.pinned === true });
    this.touch(id);
  }

  /** Deletes a run's folder once its process is gone. @throws Error if a process of another window or terminal trains the run */
  async delete(id: string): Promise<void> {
    const run = this.live.get(id);
    if (run && !this.unqueue(run)) await run.end();
    this.live.delete(id);
    this.disk.forget(id);
    refuseLocked(id);
    // Windows holds the files of a process for a moment after its end.
    await rm(id, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    this.deleted.fire(id);
    this.touch(id);
  }

  dispose(): void {
    for (const run of this.live.values()) run.kill();
    this.disk.dispose();
    this.changed.dispose();
    this.listed.dispose();
    this.ended.dispose();
    this.deleted.dispose();
  }

  /** Whether the run trains or waits to. */
  private busy(id: string): boolean {
    const run = this.live.get(id);
    return run !== undefined && (run.active || this.queue.includes(run));
  }

  /** Takes the run out of the queue. @returns whether it was there */
  private unqueue(run: LiveRun): boolean {
    const waiting = this.queue.indexOf(run);
    if (waiting >= 0) this.queue.splice(waiting, 1);
    return waiting >= 0;
  }

  private enqueue(builder: RunViewBuilder, resumes: boolean, train: (engine: EngineChannel) => Promise<RunEnd>): void {
    const run = new LiveRun(builder, train, resumes, this.log);
    const { id } = builder.head;
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
      this.ended.fire(builder.head);
      void this.startNext();
    });
    this.queue.push(run);
    this.lookAgain();
    void this.startNext();
    sayHasRuns(true);
    this.listed.fire();
  }

  private async startNext(): Promise<void> {
    // Until the user's keys are read, the run waits in the queue, where it can be stopped.
    await this.engines.ready;
    if (this.training) return;
    this.training = this.queue.shift();
    void this.training?.start(this.engines);
    this.listed.fire();
  }

  private freeFolder(path: string): string {
    let free = path;
    for (let n = 2; this.live.has(free); n++) free = `${path}-${n}`;
    return free;
  }
}

/** For menu entries that need a run. */
function sayHasRuns(hasRuns: boolean): void {
  void vscode.commands.executeCommand('setContext', 'rlprompt.hasRuns', hasRuns);
}
