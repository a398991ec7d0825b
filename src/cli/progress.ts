import { stripVTControlCharacters } from 'node:util';
import { duration } from '../run/report/duration';
import type { BaselineEvent, PolicyStepEvent, RunEvent, StartEvent } from '../run/events';
import { TimeLeft } from '../run/view/timeLeft';
import { StatusLine } from './statusLine';

const NOTHING = { prompt: '', gap: -Infinity };

/** Shows a run on standard error: a status line on a terminal, plain lines now and then elsewhere. */
export class Progress {
  private start: StartEvent | undefined;
  private timeLeft = new TimeLeft();
  private best: Pick<BaselineEvent, 'prompt' | 'gap'> = NOTHING;
  private lastLine = 0;
  private readonly screen: StatusLine;

  constructor(readonly out: NodeJS.WriteStream) {
    this.screen = new StatusLine(out);
  }

  show(event: RunEvent): void {
    switch (event.event) {
      case 'start':
        this.begin(event);
        this.line(
          `Rows: ${event.rows.train} train, ${event.rows.validation} validation, ${event.rows.test} test. A prompt is made of ${event.actions.toLocaleString('en-US')} tokens.`,
        );
        break;
      case 'baseline':
        this.line(
          `Baseline ${event.prompt === '' ? '(no prompt)' : JSON.stringify(event.prompt)}: gap ${event.gap.toFixed(3)}, train accuracy ${(100 * event.train.accuracy).toFixed(1)}%`,
        );
        break;
      case 'step': {
        this.note(event);
        if (!this.start) break;
        const { steps } = this.start;
        const left = this.timeLeft.afterStep(event, this.start);
        this.status(
          `${bar(event.step / steps)} step ${event.step}/${steps} · reward ${event.mean.toFixed(1)} · best ${JSON.stringify(this.best.prompt || event.bestPrompt)} · ${event.queries.computed.toLocaleString('en-US')} queries${leftText(left)}`,
          event.step === steps,
        );
        break;
      }
      case 'random':
        this.status(
          `random search, batch ${event.step} · reward ${event.mean.toFixed(1)} · ${event.queries.computed.toLocaleString('en-US')} queries${leftText(this.timeLeft.afterRandomBatch(event))}`,
        );
        break;
      case 'stage':
        if (event.stage === 'random') this.line('Random search on the same number of queries …');
        if (event.stage === 'ranking') this.line('Ranking on train and validation rows …');
        if (event.stage === 'test') this.line('Scoring the best on the held-out test rows …');
        break;
      case 'finish':
        break;
    }
  }

  /** The run resumes: shows none of the events of its journal again. */
  resume(journal: readonly RunEvent[]): void {
    let step = 0;
    for (const event of journal) {
      if (event.event === 'start') this.begin(event);
      if (event.event !== 'step') continue;
      step = event.step;
      this.note(event);
    }
    if (this.start) this.line(`Resumes after step ${step} of ${this.start.steps}.`);
  }

  /** A line that stays. */
  line(text: string): void {
    this.screen.line(text);
  }

  /** Erases the status line. */
  clear(): void {
    this.screen.clear();
  }

  private begin(event: StartEvent): void {
    this.start = event;
    this.timeLeft = new TimeLeft();
    this.best = NOTHING;
  }

  private note({ greedy }: PolicyStepEvent): void {
    if (greedy && greedy.gap > this.best.gap) this.best = greedy;
  }

  /** A line that the next one replaces; off a terminal, one every five seconds, and the last. */
  status(text: string, last = false): void {
    if (this.screen.isThere) {
      this.screen.draw(text);
      return;
    }
    const now = performance.now();
    if (!last && now - this.lastLine < 5000) return;
    this.lastLine = now;
    this.screen.line(stripVTControlCharacters(text));
  }
}

function leftText(seconds: number | null): string {
  return seconds === null ? '' : ` · ${duration(seconds)} left`;
}

function bar(share: number): string {
  const full = Math.round(20 * Math.min(1, share));
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)}`;
}
