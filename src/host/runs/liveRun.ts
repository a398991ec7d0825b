import * as vscode from 'vscode';
import type { EngineProcess } from '../../engine/client';
import type { FromEngine, Job } from '../../messages/engine';
import type { RunViewBuilder } from '../../run/view/view';
import type { Engines } from './engines';

/** Lines of the engine's log that are shown with a failed run. */
const LOG_LINES = 12;

/** A run of this window: what is known of it, and its engine process while it has one. */
export class LiveRun {
  private engine: EngineProcess | undefined;
  /** The engine was asked to pause; it may be so before its first step. */
  private held = false;
  private stopTimer: NodeJS.Timeout | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly ended = new vscode.EventEmitter<void>();
  /** The engine process is gone. */
  readonly onDidEnd = this.ended.event;

  constructor(
    readonly builder: RunViewBuilder,
    private readonly job: Job,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.set({ state: 'queued' });
  }

  get active(): boolean {
    return this.engine !== undefined;
  }

  start(engines: Engines): void {
    this.set({ state: 'starting' });
    this.engine = engines.start(this.job, {
      onMessage: (message) => this.receive(message),
      onLog: (line) => this.log.warn(`[${this.builder.head.name}] ${line}`),
      onEnd: ({ clean, description, log }) => {
        clearTimeout(this.stopTimer);
        this.engine = undefined;
        if (!clean) this.crashed(description, log);
        else if (this.builder.head.state === 'failed' && log.length > 0) this.set({ log: log.slice(-LOG_LINES) });
        this.ended.fire();
      },
    });
    this.log.info(`[${this.builder.head.name}] engine process ${this.engine.pid} started: ${this.builder.head.id}`);
  }

  pause(): void {
    this.engine?.send({ type: 'pause' });
  }

  continue(): void {
    this.engine?.send({ type: 'continue' });
  }

  /** Asks for an end at the next step; a process that does not answer in ten seconds is ended. */
  stop(): void {
    if (!this.engine) return;
    this.set({ state: 'stopping' });
    this.engine.send({ type: 'stop' });
    this.stopTimer = setTimeout(() => this.engine?.kill(), 10_000);
  }

  /** A run that never got a process will get none; only one that was to be taken up has something on disk to go on from. */
  cancel(): void {
    this.set({ state: 'interrupted', resumable: this.job.type === 'resume', secondsLeft: null });
  }

  /** Ends the process at once, and waits until it is gone. */
  end(): Promise<void> {
    if (!this.engine) return Promise.resolve();
    const gone = new Promise<void>((resolve) => this.onDidEnd(resolve));
    this.set({ state: 'stopping' });
    this.engine.kill();
    return gone;
  }

  /** Ends the process at once. */
  kill(): void {
    this.engine?.kill();
  }

  private receive(message: FromEngine): void {
    const { builder } = this;
    switch (message.type) {
      case 'opened': {
        // A run keeps its place in the list, which is when it was asked for.
        const { created } = builder.head;
        builder.describe(message.task);
        builder.set({ created });
        break;
      }
      case 'notes':
        builder.set({ notes: message.notes });
        for (const { message: text } of message.warnings) this.log.warn(`[${builder.head.name}] ${text}`);
        break;
      case 'events':
        for (const event of message.events) builder.apply(event);
        if (builder.head.state === 'starting') builder.set({ state: this.held ? 'paused' : 'running', resumable: true });
        break;
      case 'paused':
        this.held = true;
        if (builder.head.state === 'running') builder.set({ state: 'paused' });
        break;
      case 'continued':
        this.held = false;
        if (builder.head.state === 'paused') builder.set({ state: 'running' });
        break;
      case 'finished':
        builder.finish(message.result);
        this.log.info(`[${builder.head.name}] finished after ${message.result.steps} steps: ${JSON.stringify(builder.rows[0]?.prompt)}`);
        break;
      case 'stopped':
        builder.set({ state: 'interrupted', secondsLeft: null, resumable: builder.head.step > 0 || builder.rows.length > 0 });
        break;
      case 'failed':
        this.log.error(`[${builder.head.name}] ${message.message}`);
        builder.set({ state: 'failed', error: message.message, secondsLeft: null });
        break;
      default:
        return;
    }
    this.changed.fire();
  }

  private crashed(description: string, log: readonly string[]): void {
    if (this.builder.head.state === 'stopping') {
      this.set({ state: 'interrupted', secondsLeft: null });
      return;
    }
    this.log.error(`[${this.builder.head.name}] ${description}`);
    this.set({
      state: 'failed',
      error: `${description} What the run had found is saved${this.builder.head.resumable ? ', and it can go on from its last checkpoint' : ''}.`,
      log: log.slice(-LOG_LINES),
      secondsLeft: null,
    });
  }

  private set(change: Parameters<RunViewBuilder['set']>[0]): void {
    this.builder.set(change);
    this.changed.fire();
  }
}
