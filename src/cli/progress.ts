import { stripVTControlCharacters } from 'node:util';
import { duration } from '../run/report/duration';
import type { PolicyStepEvent, ProgressEvent, RunEvent, Stage, StartEvent } from '../run/events';
import { pooled } from '../run/result/estimate';
import type { ScoredPrompt } from '../search/prompt';
import { testQueries, TimeLeft, type Horizon } from '../run/view/timeLeft';
import { word } from '../wording/wording';
import { StatusLine } from './statusLine';

/** Seconds for which the line of a step stays. */
const SHOWN = 2;

/** Shows a run on standard error: a status line on a terminal, plain lines now and then elsewhere. */
export class Progress {
  private start: StartEvent | undefined;
  /** Prompts that are there before the search. */
  private given = 0;
  private timeLeft = new TimeLeft();
  /** The best prompt of the search so far. */
  private best: ScoredPrompt | undefined;
  /** How the policy of a run with a prompt for each input does. */
  private policy = '';
  private lastLine = 0;
  private control: 'random' | 'single' = 'random';
  /** When the last step ended, in seconds of the run. */
  private stepAt = -Infinity;
  private readonly screen: StatusLine;

  private samples: number | undefined;

  constructor(readonly out: NodeJS.WriteStream) {
    this.screen = new StatusLine(out);
  }

  /** What the run is, before its first event. @param samples texts that are generated for a query, of a generation task */
  describe(samples: number | undefined): void {
    this.samples = samples;
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
        this.given++;
        this.line(
          `Baseline ${event.prompt === '' ? '(no prompt)' : JSON.stringify(event.prompt)}: estimate ${this.estimate(event)}${this.samples === undefined ? `, gap ${event.gap.toFixed(3)}` : ''}`,
        );
        break;
      case 'outlook':
        this.line(word(event.code, event));
        break;
      case 'progress':
        // A step has a line of its own, which says more; off a terminal, so do the stages.
        if (this.screen.isThere && event.seconds - this.stepAt > SHOWN)
          this.status(`${STAGES[event.stage]} ${bar(event.done / Math.max(1, event.total))}${leftText(this.left(event))}`);
        break;
      case 'starts': {
        const best = [...event.prompts].sort((a, b) => (b.choice ?? 0) - (a.choice ?? 0))[0]!;
        this.line(
          `Starting prompts: ${event.prompts.length}, the best so far ${JSON.stringify(best.prompt)}: estimate ${this.estimate(best)}, from ${count(best.filledIn?.rows ?? 0)} rows`,
        );
        break;
      }
      case 'step': {
        this.note(event);
        this.stepAt = event.seconds;
        if (!this.start) break;
        const { steps, queryBudget } = this.start;
        const left = this.timeLeft.afterStep(event, this.horizon);
        const { computed } = event.queries;
        const best = this.best ? `best estimate ${this.estimate(this.best)}` : `reward ${event.mean.toFixed(1)}`;
        if (event.policy) this.policy = ` · a prompt for each validation row: ${percent(event.policy.accuracy)}`;
        this.status(
          `${bar(Math.max(event.step / steps, computed / queryBudget))} ${best} after ${this.spent(computed, queryBudget)}${leftText(left)} · ${JSON.stringify(this.best?.prompt ?? event.bestPrompt)}${this.policy}`,
          event.step === steps,
        );
        break;
      }
      case 'reflect': {
        this.stepAt = event.seconds;
        const { queryBudget = 0 } = this.start ?? {};
        const { computed } = event.queries;
        this.status(
          `${bar(computed / queryBudget)} reflection: best estimate ${percent(event.estimate.best)} after ${this.spent(computed, queryBudget)}, ${count(event.proposer.calls)} requests to the proposer · ${JSON.stringify(shortened(event.best.prompt))}`,
        );
        break;
      }
      case 'random': {
        this.stepAt = event.seconds;
        const best = event.estimate ? `best estimate ${percent(event.estimate.best)}` : `reward ${event.mean.toFixed(1)}`;
        this.status(
          `${STAGES[this.control]}: ${best} after ${this.spent(event.queries.computed)}${leftText(this.timeLeft.afterRandomBatch(event, this.horizon))}`,
        );
        break;
      }
      case 'stage':
        this.stepAt = -Infinity;
        if (event.stage === 'reflect') this.line('A model proposes prompts from the mistakes of others …');
        if (event.stage === 'single') this.control = event.stage;
        if (event.stage === 'single') this.line(`The best single prompt, on the same number of ${this.unit} …`);
        if (event.stage === 'random') this.line(`Random search on the same number of ${this.unit} …`);
        if (event.stage === 'ranking') {
          const why = event.reason && word('run.ended', { reason: event.reason });
          this.line(`${why === undefined ? '' : `The search has ended (${why}). `}Choosing among the best …`);
        }
        if (event.stage === 'test') this.line('Scoring the best on the held-out test rows …');
        break;
      case 'finish':
        break;
    }
  }

  private get unit(): string {
    return this.samples === undefined ? 'queries' : 'generations';
  }

  /** Queries, or the texts that they are, out of a budget. */
  private spent(queries: number, budget?: number): string {
    const each = this.samples ?? 1;
    return `${count(each * queries)}${budget === undefined ? '' : ` of ${count(each * budget)}`} ${this.unit}`;
  }

  /** The run resumes: shows none of the events of its journal again. */
  resume(journal: readonly RunEvent[]): void {
    let step = 0;
    for (const event of journal) {
      if (event.event === 'start') this.begin(event);
      if (event.event === 'baseline') this.given++;
      if (event.event === 'reflect') step = Math.max(step, event.step);
      if (event.event === 'stage' && event.stage === 'single') this.control = event.stage;
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

  private get horizon(): Horizon {
    const { steps = 0, queryBudget = 0, random = false, rows } = this.start ?? {};
    return { steps, queryBudget, random, test: testQueries(this.given, rows) };
  }

  private left(event: ProgressEvent): number | null {
    return this.timeLeft.afterProgress(event, this.horizon);
  }

  private begin(event: StartEvent): void {
    this.start = event;
    this.given = 0;
    this.timeLeft = new TimeLeft();
    this.best = undefined;
    this.control = 'random';
    this.policy = '';
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

const STAGES: Readonly<Record<Stage, string>> = {
  labels: 'label words',
  baselines: 'first scores',
  policy: 'search',
  reflect: 'search by reflection',
  ranking: 'choosing the best',
  random: 'random search',
  single: 'best single prompt',
  test: 'held-out scores',
  finished: '',
};

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** Of an instruction, what a status line has room for. */
function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : text;
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
