import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { FromEngine, Job, ToEngine } from '../messages/engine';

/** How many of the engine's last log lines are kept for a report. */
const LOG_LINES = 40;

export interface EngineListener {
  onMessage(message: FromEngine): void;
  /** One line of the process's output. */
  onLog(line: string): void;
  /** The process is gone; `clean` when it had said its last message. Always called once. */
  onEnd(end: { clean: boolean; description: string; log: readonly string[] }): void;
}

/** The host's end of one engine process. */
export class EngineProcess {
  private readonly child: ChildProcess;
  private readonly log: string[] = [];
  private saidLast = false;
  private ended = false;

  /**
   * @param file the bundled engine, `dist/engine.js`
   * @param environment variables put over this process's own: the only way that keys take
   */
  constructor(file: string, job: Job, listener: EngineListener, environment: Readonly<Record<string, string>> = {}) {
    this.child = fork(file, [], {
      serialization: 'advanced',
      silent: true,
      // Inside VS Code's desktop build the executable is Electron; this makes it a plain Node.
      env: { ...process.env, ...environment, ELECTRON_RUN_AS_NODE: '1' },
      execArgv: [],
    });
    const keep = (text: string): void => {
      if (text === '') return;
      this.log.push(text);
      if (this.log.length > LOG_LINES) this.log.shift();
      listener.onLog(text);
    };
    // Each stream has lines of its own; the last one often comes without a line end, as where native code aborts.
    for (const input of [this.child.stdout, this.child.stderr]) {
      if (input) createInterface({ input, crlfDelay: Infinity }).on('line', keep);
    }
    this.child.on('message', (message: FromEngine) => {
      if (LAST.has(message.type)) this.saidLast = true;
      listener.onMessage(message);
    });
    const end = (description: string): void => {
      if (this.ended) return;
      this.ended = true;
      listener.onEnd({ clean: this.saidLast, description, log: this.log });
    };
    this.child.on('error', (error) => end(`The engine could not be started: ${error.message}`));
    // `close` comes after the last output and the last message.
    this.child.on('close', (code, signal) => end(signal ? `The engine was ended by ${signal}.` : `The engine ended with status ${code}.`));
    this.send({ type: 'job', job });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  send(message: ToEngine): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  /** Ends the process at once; what its run has on disk stays. */
  kill(): void {
    this.child.kill('SIGKILL');
  }
}

const LAST = new Set<FromEngine['type']>(['finished', 'stopped', 'evaluated', 'transferred', 'failed']);
