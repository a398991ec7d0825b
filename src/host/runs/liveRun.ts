import * as vscode from 'vscode';
import { EngineEnded, type EngineProcess } from '../../engine/client';
import type { EngineChannel, RunEnd } from '../../messages/engine';
import { runsOnSameRows } from '../../run/store/sameRows';
import { sizeText } from '../../run/store/size';
import type { RunViewBuilder } from '../../run/view/view';
import type { Engines } from './engines';

/** Lines of the engine's log that are shown with a failed run. */
const LOG_LINES = 12;

/** Milliseconds between two pings of an engine that is stopping, and how long it may leave one without a reply. */
const PING_INTERVAL = 10_000;
const LONGEST_SILENCE = 60_000;

/** A run of this window: its state, and its engine process while it has one. */
export class LiveRun {
  private engine: EngineProcess | undefined;
  private paused = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly ended = new vscode.EventEmitter<void>();
  /** The engine process is gone. */
  readonly onDidEnd = this.ended.event;

  /**
   * @param train starts the run in an engine, or resumes it
   * @param resumes the run has been trained before
   */
  constructor(
    readonly builder: RunViewBuilder,
    private readonly train: (engine: EngineChannel) => Promise<RunEnd>,
    private readonly resumes: boolean,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.set({ state: 'queued' });
  }

  get active(): boolean {
    return this.engine !== undefined;
  }

  /** The engine ends, or has said its last word and its process is about to be gone. */
  get ending(): boolean {
    return this.active && !['starting', 'running', 'pausing', 'paused'].includes(this.builder.head.state);
  }

  async start(engines: Engines): Promise<void> {
    const { builder } = this;
    this.set({ state: 'starting' });
    const engine = engines.start(
      {
        opened: (task) => {
          // A run keeps its place in the list: the time when it was requested.
          const { created } = builder.head;
          builder.describe(task);
          this.set({ created });
        },
        paused: () => {
          if (builder.head.state === 'pausing') this.set({ state: 'paused' });
        },
        notes: ({ notes, warnings }) => {
          this.set({ notes });
          for (const { message } of warnings) this.log.warn(`[${builder.head.name}] ${message}`);
        },
        events: (events) => {
          for (const event of events) builder.apply(event);
          this.set(
            builder.head.state === 'starting' && builder.head.stage !== 'labels'
              ? { state: this.paused ? 'pausing' : 'running', resumable: true }
              : {},
          );
        },
      },
      (line) => this.log.warn(`[${builder.head.name}] ${line}`),
    );
    this.engine = engine;
    this.log.info(`[${builder.head.name}] engine process ${engine.pid} started: ${builder.head.id}`);
    await this.train(engine.channel).then(
      (end) => this.finish(end),
      (error: unknown) => this.fail(error as Error),
    );
    clearTimeout(this.timer);
    engine.kill();
    await engine.ended;
    this.engine = undefined;
    if (builder.head.state === 'failed' && engine.log.length > 0) this.set({ log: engine.log.slice(-LOG_LINES) });
    this.ended.fire();
  }

  pause(): void {
    this.paused = true;
    this.engine?.channel.notify('pause');
    if (this.builder.head.state === 'running') this.set({ state: 'pausing' });
  }

  continue(): void {
    this.paused = false;
    this.engine?.channel.notify('continue');
    if (['pausing', 'paused'].includes(this.builder.head.state)) this.set({ state: 'running' });
  }

  /** Ends the search after its step; its prompts are ranked and get their held-out scores. */
  rankNow(): void {
    this.continue();
    this.engine?.channel.notify('rankNow');
    if (this.engine) this.set({ rankingSoon: true });
  }

  /** Ends the run within a step, with its checkpoint written. Asked a second time, ends the process at once. */
  stop(): void {
    if (!this.engine) return;
    const { t } = vscode.l10n;
    if (this.builder.head.state === 'stopping') return this.kill(t('You stopped the engine before it could end the step in progress.'));
    this.set({ state: 'stopping' });
    this.engine.channel.notify('stop');
    this.watch(this.engine);
  }

  /** Marks a run that never got a process as stopped; only one that was to be resumed has something on disk. */
  cancel(): void {
    this.set({ state: 'interrupted', resumable: this.resumes, secondsLeft: null });
  }

  /** Ends the process at once, and waits until it is gone. */
  async end(): Promise<void> {
    const { engine } = this;
    if (!engine) return;
    this.set({ state: 'stopping' });
    engine.kill();
    await new Promise<void>((resolve) => this.onDidEnd(resolve));
  }

  /** @param reason shown with the run */
  kill(reason?: string): void {
    if (reason !== undefined) this.set({ error: reason });
    this.engine?.kill();
  }

  /** A step may take long; an engine that still answers is left to finish it. */
  private watch(engine: EngineProcess): void {
    const silent = vscode.l10n.t('The engine stopped responding, so RLPrompt ended its process.');
    this.timer = setTimeout(() => this.kill(silent), LONGEST_SILENCE);
    engine.channel.request('ping').then(
      () => {
        clearTimeout(this.timer);
        if (this.engine === engine) this.timer = setTimeout(() => this.watch(engine), PING_INTERVAL);
      },
      () => undefined,
    );
  }

  private finish(end: RunEnd): void {
    const { builder } = this;
    if ('result' in end) {
      builder.finish(end.result, runsOnSameRows(builder.head.id));
      builder.set({ size: sizeText(builder.head.id) });
      this.log.info(`[${builder.head.name}] finished after ${end.result.steps} steps: ${JSON.stringify(builder.rows[0]?.prompt)}`);
      this.changed.fire();
    } else this.set({ state: 'interrupted', secondsLeft: null, resumable: builder.head.step > 0 || builder.rows.length > 0 });
  }

  private fail(error: Error): void {
    const { name, state, resumable } = this.builder.head;
    const crashed = error instanceof EngineEnded;
    if (crashed && state === 'stopping') {
      this.set({ state: 'interrupted', secondsLeft: null });
      return;
    }
    this.log.error(`[${name}] ${error.message}`);
    const saved = resumable
      ? vscode.l10n.t('Its results so far are saved; you can resume it from its last checkpoint.')
      : vscode.l10n.t('Its results so far are saved.');
    this.set({ state: 'failed', error: crashed || resumable ? `${error.message} ${saved}` : error.message, secondsLeft: null });
  }

  private set(change: Parameters<RunViewBuilder['set']>[0]): void {
    this.builder.set(change);
    this.changed.fire();
  }
}
