import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Channel, type Handlers } from '../messages/channel';
import type { EngineChannel, EngineMethods, HostMethods } from '../messages/engine';
import { word } from '../wording/wording';

/** Lines of the engine's output that are kept for a report. */
const LOG_LINES = 40;

/** The engine process ended before it replied. */
export class EngineEnded extends Error {}

/** The host's end of one engine process. */
export class EngineProcess {
  readonly channel: EngineChannel;
  /** Resolves once the process is gone, after its last output and its last message. */
  readonly ended: Promise<void>;
  /** The last lines of the process's output. */
  readonly log: string[] = [];
  private readonly child: ChildProcess;

  /**
   * @param file the bundled engine, `dist/engine.js`
   * @param onLog called with each line of the process's output
   * @param environment added to this process's own environment; the only way by which keys reach the engine
   */
  constructor(
    file: string,
    handlers: Partial<Handlers<HostMethods>>,
    onLog: (line: string) => void,
    environment: Readonly<Record<string, string>> = {},
  ) {
    const child = fork(file, [], {
      serialization: 'advanced',
      silent: true,
      // Inside VS Code's desktop build the executable is Electron; this makes it a plain Node.
      env: { ...process.env, ...environment, ELECTRON_RUN_AS_NODE: '1' },
      execArgv: [],
    });
    this.child = child;
    // Each stream is split into lines by itself; the last line often has no line end, as where native code aborts.
    for (const input of [child.stdout!, child.stderr!]) {
      createInterface({ input, crlfDelay: Infinity }).on('line', (line) => {
        if (line === '') return;
        this.log.push(line);
        if (this.log.length > LOG_LINES) this.log.shift();
        onLog(line);
      });
    }
    this.channel = new Channel<EngineMethods, HostMethods>(
      {
        post: (message) => child.connected && child.send(message as object, () => undefined),
        onMessage: (listener) => child.on('message', listener),
      },
      handlers as Handlers<HostMethods>,
    );
    this.ended = new Promise((resolve) => {
      const end = (description: string): void => {
        this.channel.close(new EngineEnded(description));
        resolve();
      };
      child.on('error', (error) => end(word('engine.notStarted', { problem: error.message })));
      child.on('close', (code, signal) => end(signal ? word('engine.killed', { signal }) : word('engine.ended', { status: code })));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Ends the process at once, after its job or in the middle of it; what its run has on disk stays. */
  kill(): void {
    this.child.kill('SIGKILL');
  }
}
