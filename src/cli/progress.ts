import { stripVTControlCharacters } from 'node:util';
import { duration } from '../run/duration';
import type { RunEvent } from '../run/events';
import { StatusLine } from './statusLine';

/** Shows a run on standard error: one line that is drawn over on a terminal, plain lines now and then elsewhere. */
export class Progress {
  private steps = 0;
  private firstStep: { step: number; seconds: number } | undefined;
  private best = { prompt: '', gap: -Infinity };
  private lastLine = 0;
  private readonly screen: StatusLine;

  constructor(out: NodeJS.WriteStream) {
    this.screen = new StatusLine(out);
  }

  show(event: RunEvent): void {
    switch (event.event) {
      case 'start':
        this.steps = event.steps;
        this.line(
          `Rows: ${event.rows.train} train, ${event.rows.validation} validation, ${event.rows.test} test. A prompt is made of ${event.actions.toLocaleString('en-US')} tokens.`,
        );
        break;
      case 'baseline':
        this.line(
          `Baseline ${event.prompt === '' ? '(no prompt)' : JSON.stringify(event.prompt)}: gap ${event.gap.toFixed(3)}, train accuracy ${(100 * event.train.accuracy).toFixed(1)} %`,
        );
        break;
      case 'step': {
        this.firstStep ??= { step: event.step, seconds: event.seconds };
        if (event.greedy && event.greedy.gap > this.best.gap) this.best = event.greedy;
        const left = Math.max(0, this.steps - event.step);
        const done = event.step - this.firstStep.step;
        const eta = done > 0 ? `${duration(((event.seconds - this.firstStep.seconds) / done) * left)} left` : '';
        this.status(
          `${bar(event.step / this.steps)} step ${event.step}/${this.steps} · reward ${event.mean.toFixed(1)} · best ${JSON.stringify(this.best.prompt || event.bestPrompt)} · ${event.queries.computed.toLocaleString('en-US')} queries · ${eta}`,
          event.step === this.steps,
        );
        break;
      }
      case 'random':
        this.status(
          `random search, batch ${event.step} · reward ${event.mean.toFixed(1)} · ${event.queries.computed.toLocaleString('en-US')} queries`,
          false,
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

  /** A line that stays. */
  line(text: string): void {
    this.screen.line(text);
  }

  /** Takes the line that is drawn over off the screen. */
  clear(): void {
    this.screen.clear();
  }

  private status(text: string, last: boolean): void {
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

function bar(share: number): string {
  const full = Math.round(20 * Math.min(1, share));
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)}`;
}
