import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { word } from '../../wording/wording';
import type { MetricRow } from '../metric';
import { CHILD } from './child';
import { permissionOption } from './permission';
import type { ScriptSettings } from './readScript';
import type { Script } from './script';

/** What a script says of one text, or why it says nothing; nothing at all when it is loaded. A script can send messages of its own, so it is checked. */
const replySchema = z.object({
  score: z.number().min(0).max(1).optional(),
  reason: z.string().optional(),
  /** It exports no function "score". */
  noScore: z.boolean().optional(),
  /** What it threw. */
  problem: z.string().optional(),
  /** What it returned in place of a score. */
  found: z.string().optional(),
  slow: z.boolean().optional(),
  large: z.boolean().optional(),
  /** How its process ended. */
  ended: z.string().optional(),
});

export type Reply = z.output<typeof replySchema>;

/** Milliseconds between two looks at the memory of a process. */
const LOOK_EVERY = 100;
/** Milliseconds beyond its time that a process gets to stop by itself. */
const GRACE = 500;
/** Milliseconds in which Node starts, on a busy machine, and characters of a process's last words that are kept. */
const START = 15_000;
const LAST_WORDS = 2000;
const PAGE = 4096;

/** A process that runs one script, with an empty environment and limits of time and memory; it is started anew when it has ended. */
export class ScriptProcess {
  /** How often it was started. */
  starts = 0;
  private child: ChildProcess | undefined;
  private lastWords = '';
  private calls = 0;
  private readonly stopWithParent = (): void => void this.child?.kill('SIGKILL');

  constructor(
    private readonly script: Script,
    private readonly settings: Pick<ScriptSettings, 'timeoutSeconds' | 'memoryMegabytes'>,
  ) {}

  get running(): boolean {
    return this.child !== undefined;
  }

  /** Starts the process and loads the script. */
  async start(): Promise<Reply> {
    const { source, path } = this.script;
    const milliseconds = 1000 * this.settings.timeoutSeconds;
    const folder = dirname(path);
    const option = await permissionOption();
    const limits = [`--max-old-space-size=${this.settings.memoryMegabytes}`, ...(option ? [option, `--allow-fs-read=${folder}`] : [])];
    const child = spawn(process.execPath, [...limits, '--no-warnings', '-e', CHILD], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Under this variable, VS Code's executable is a plain Node; the process deletes it.
      env: { ELECTRON_RUN_AS_NODE: '1' },
      windowsHide: true,
    });
    this.starts++;
    this.child = child;
    this.lastWords = '';
    child.stderr!.on('data', (data: Buffer) => (this.lastWords = (this.lastWords + data.toString()).slice(-LAST_WORDS)));
    child.on('error', () => undefined);
    child.on('exit', () => {
      if (this.child === child) this.child = undefined;
    });
    process.off('exit', this.stopWithParent).once('exit', this.stopWithParent);
    return this.ask(child, { id: 0, source, commonJs: path.endsWith('.cjs'), milliseconds }, START + milliseconds);
  }

  /** What the script says of a text; the process must run. @throws the signal's reason */
  score(output: string, row: MetricRow, signal?: AbortSignal): Promise<Reply> {
    const id = ++this.calls;
    const limit = 1000 * this.settings.timeoutSeconds + GRACE;
    return this.ask(this.child!, { id, output, row }, limit, signal);
  }

  /** Ends the process at once. */
  async end(): Promise<void> {
    const { child } = this;
    process.off('exit', this.stopWithParent);
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Sends a message and waits for its answer. The process ends if there is none in time, or it takes too much memory. */
  private async ask(
    child: ChildProcess,
    message: { readonly id: number; readonly [field: string]: unknown },
    milliseconds: number,
    signal?: AbortSignal,
  ): Promise<Reply> {
    signal?.throwIfAborted();
    const waiting = new AbortController();
    const timers: NodeJS.Timeout[] = [];
    const answer = new Promise<Reply>((resolve, reject) => {
      const listen = (found: unknown): void => {
        if ((found as { id?: unknown } | null)?.id !== message.id) return;
        resolve(replySchema.safeParse(found).data ?? { found: word('metric.scriptMessage') });
      };
      const ended = (code: number | null, by: string | null): void => resolve(this.ending(code, by));
      const failed = (error: Error): void => resolve({ ended: error.message });
      const stopped = (): void => reject(signal!.reason as Error);
      child.on('message', listen).once('exit', ended).once('error', failed);
      signal?.addEventListener('abort', stopped);
      waiting.signal.addEventListener('abort', () => {
        child.off('message', listen).off('exit', ended).off('error', failed);
        signal?.removeEventListener('abort', stopped);
      });
      timers.push(setTimeout(() => resolve({ slow: true }), milliseconds));
      timers.push(setInterval(() => this.tooLarge(child) && resolve({ large: true }), LOOK_EVERY));
      child.send(message, (error) => error && failed(error));
    });
    try {
      const found = await answer;
      if (found.slow || found.large || found.ended !== undefined) await this.end();
      return found;
    } catch (error) {
      await this.end();
      throw error;
    } finally {
      for (const timer of timers) clearTimeout(timer);
      waiting.abort();
    }
  }

  /** V8 limits its heap but not what lies outside, such as buffers. Only Linux says how much that is without a further process. */
  private tooLarge({ pid }: ChildProcess): boolean {
    if (process.platform !== 'linux' || pid === undefined) return false;
    try {
      const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
      // Node itself takes up to 100 MB.
      return pages * PAGE > (this.settings.memoryMegabytes + 100) * 1e6;
    } catch {
      return false;
    }
  }

  private ending(code: number | null, signal: string | null): Reply {
    if (this.lastWords.includes('heap out of memory')) return { large: true };
    const words = /^\w*Error.*$/m.exec(this.lastWords)?.[0];
    return { ended: [signal ?? `exit code ${code}`, ...(words === undefined ? [] : [words.slice(0, 300)])].join(', ') };
  }
}
