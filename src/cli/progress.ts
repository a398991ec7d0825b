import { stripVTControlCharacters } from 'node:util';
import { duration } from '../run/report/duration';
import type { PolicyStepEvent, RunEvent, StartEvent } from '../run/events';
import { pooled } from '../run/estimate';
import type { ScoredPrompt } from '../search/prompt';
import { TimeLeft } from '../run/view/timeLeft';
import { StatusLine } from './statusLine';

/** Shows a run on standard error: a status line on a terminal, plain lines now and then elsewhere. */
export class Progress {
  private start: StartEvent | undefined;
  private timeLeft = new TimeLeft();
  /** The best prompt of the search so far. */
  private best: ScoredPrompt | undefined;
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
          `Rows: ${count(event.rows.train + event.rows.validation)} in the pool (train and validation), ${count(event.rows.test)} held out. A prompt is made of ${count(event.actions)} tokens.`,
        );
        break;
      case 'baseline':
        this.line(
          `Baseline ${event.prompt === '' ? '(no prompt)' : JSON.stringify(event.prompt)}: estimate ${this.estimate(event)}, gap ${event.gap.toFixed(3)}`,
        );
        break;
      case 'step': {
        this.note(event);
        if (!this.start) break;
        const { steps, queryBudget } = this.start;
        const left = this.timeLeft.afterStep(event, this.start);
        const { computed } = event.queries;
        const best = this.best ? `best estimate ${this.estimate(this.best)}` : `reward ${event.mean.toFixed(1)}`;
        this.status(
          `${bar(Math.max(event.step / steps, computed / queryBudget))} ${best} after ${count(computed)} of ${count(queryBudget)} queries${leftText(left)} · ${JSON.stringify(this.best?.prompt ?? event.bestPrompt)}`,
          event.step === steps,
        );
        break;
      }
      case 'random': {
        const best = event.estimate ? `best estimate ${percent(event.estimate.best)}` : `reward ${event.mean.toFixed(1)}`;
        this.status(
          `random search: ${best} after ${count(event.queries.computed)} queries${leftText(this.timeLeft.afterRandomBatch(event))}`,
        );
        break;
      }
      case 'stage':
        if (event.stage === 'random') this.line('Random search on the same number of queries …');
        if (event.stage === 'ranking') this.line('Choosing among the best …');
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
    this.best = undefined;
  }

  /** A search with a memory says which prompt is the best now; its estimates change. */
  private note({ greedy, estimate }: PolicyStepEvent): void {
    if (greedy && (estimate || greedy.gap > (this.best?.gap ?? -Infinity))) this.best = greedy;
  }

  private estimate(prompt: ScoredPrompt): string {
    return percent(pooled(prompt, this.start?.rows ?? { train: 0, validation: 0 }, 'accuracy'));
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

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function leftText(seconds: number | null): string {
  return seconds === null ? '' : ` · ${duration(seconds)} left`;
}

function bar(share: number): string {
  const full = Math.round(20 * Math.min(1, share));
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)}`;
}
