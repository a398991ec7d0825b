import { createInterface } from 'node:readline/promises';
import { Declined } from '../run/consent/declined';
import type { ProgressEvent, RunEvent } from '../run/events';
import type { RunFrontEnd } from '../run/frontEnd';
import type { RunTask } from '../run/store/task';
import { samplesOf } from '../spec/samples';
import { formatProblem, problemNote, type Problem } from '../spec/problem';
import { Progress } from './progress';
import { isWarning, noteText, type Note } from '../wording/note';

/** Everything but results goes through here: to standard error, so that standard output holds results alone. */
export const progress = new Progress(process.stderr);

/** A note as the command line shows it. */
export function noteLine(note: Note): string {
  return `${isWarning(note) ? 'Warning' : 'Note'}: ${noteText(note)}.`;
}

/** The terminal as the front end of one command. */
export class TerminalFrontEnd implements RunFrontEnd {
  /** The folder of the latest run. */
  folder: string | undefined;
  private readonly stop = new AbortController();
  private readonly rank = new AbortController();
  private readonly told = new Set<string>();

  /** @param agreed `--yes` was given, which agrees to downloads and queries (RLPROMPT_YES=1 says the same), or `--allow-scripts` */
  constructor(
    private readonly agreed: { readonly yes: boolean; readonly allowScripts?: boolean },
    private readonly input: NodeJS.ReadStream = process.stdin,
    private readonly screen = progress,
  ) {}

  get signal(): AbortSignal {
    return this.stop.signal;
  }

  get rankNow(): AbortSignal {
    return this.rank.signal;
  }

  /** Does a job that Ctrl-C stops, and a second Ctrl-C at once; `r` and Enter end the search and rank its prompts. */
  async whileListening<T>(work: () => Promise<T>): Promise<T> {
    const interrupt = (): void => {
      if (this.signal.aborted) process.exit(130);
      this.screen.line('Stopping; press Ctrl-C again to stop at once.');
      this.stop.abort();
    };
    process.on('SIGINT', interrupt);
    try {
      return await work();
    } finally {
      this.screen.clear();
      process.off('SIGINT', interrupt);
      this.input.off('data', this.typed).pause();
    }
  }

  /** Prints what was not printed before. */
  notes(notes: readonly Note[], warnings: readonly Problem[] = []): void {
    for (const warning of warnings) this.screen.line(formatProblem(warning));
    for (const problem of warnings) this.told.add(noteText(problemNote(problem)));
    for (const note of notes) if (!this.told.has(noteText(note))) this.screen.line(noteLine(note));
    for (const note of notes) this.told.add(noteText(note));
  }

  status(text: string, passing = false): void {
    if (passing) this.screen.status(text);
    else this.screen.line(text);
  }

  progress(event: ProgressEvent): void {
    this.screen.show(event);
  }

  async consent(_model: string, lines: readonly string[]): Promise<boolean> {
    for (const line of lines) this.screen.line(line);
    if (this.agreed.yes || process.env.RLPROMPT_YES === '1') return true;
    const { input } = this;
    const output = this.screen.out;
    if (!input.isTTY || !output.isTTY) throw new Declined('run.notInteractive');
    const questions = createInterface({ input, output });
    try {
      // The end of the input (Ctrl-D) is not a yes.
      const closed = new Promise<string>((resolve) => questions.once('close', () => resolve('')));
      questions.once('SIGINT', () => this.stop.abort());
      const asked = questions.question('Continue? [y/N] ', { signal: this.signal }).catch(() => '');
      const answer = await Promise.race([asked, closed]);
      this.signal.throwIfAborted();
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      questions.close();
    }
  }

  /** Not asked: whoever runs a script has read it. */
  allowScript(name: string, lines: readonly string[]): Promise<boolean> {
    for (const line of lines) this.screen.line(`${line}.`);
    if (!this.agreed.allowScripts) throw new Declined('run.scriptNotAllowed', { name });
    return Promise.resolve(true);
  }

  opened(folder: string, { spec }: RunTask): void {
    this.folder = folder;
    this.screen.describe(spec.kind === 'generation' ? samplesOf(spec.generation) : undefined);
    if (!this.input.isTTY) return;
    this.screen.line('Type r and Enter to end the search and rank its prompts now; Ctrl-C stops the run, which can then be resumed.');
    this.input.off('data', this.typed).on('data', this.typed).resume();
  }

  private readonly typed = (data: Buffer | string): void => {
    if (this.rank.signal.aborted || !/^r\s*$/im.test(String(data))) return;
    this.screen.line('Ending the search after its step, then ranking its prompts.');
    this.rank.abort();
  };

  events(events: readonly RunEvent[], replayed: boolean): void {
    if (replayed) this.screen.resume(events);
    else for (const event of events) this.screen.show(event);
  }
}
