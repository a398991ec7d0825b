import { stripVTControlCharacters } from 'node:util';
import { duration } from '../run/report/duration';
import type { PolicyStepEvent, ProgressEvent, RunEvent, StartEvent } from '../run/events';
import { pooled } from '../run/result/estimate';
import type { ScoredPrompt } from '../search/prompt';
import { testQueries, TimeLeft, type Horizon } from '../run/view/timeLeft';
import type { Unit } from '../wording/numbers';
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
          word('progress.rows', {
            pool: event.rows.train + event.rows.validation,
            test: event.rows.test,
            actions: event.actions,
          }),
        );
        break;
      case 'baseline':
        this.given++;
        this.line(
          word('progress.baseline', {
            prompt: event.prompt,
            estimate: this.estimate(event),
            gap: this.samples === undefined ? event.gap : undefined,
          }),
        );
        break;
      case 'outlook':
        this.line(word(event.code, event));
        break;
      case 'progress':
        // A step has a line of its own, which says more; off a terminal, so do the stages.
        if (this.screen.isThere && event.seconds - this.stepAt > SHOWN)
          this.status(
            `${word('name.stage', { stage: event.stage })} ${bar(event.done / Math.max(1, event.total))}${leftText(this.left(event))}`,
          );
        break;
      case 'starts': {
        const best = [...event.prompts].sort((a, b) => (b.choice ?? 0) - (a.choice ?? 0))[0]!;
        this.line(
          word('progress.starts', {
            prompts: event.prompts.length,
            best: best.prompt,
            estimate: this.estimate(best),
            rows: best.filledIn?.rows ?? 0,
          }),
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
        const best = this.best ? { estimate: this.estimate(this.best) } : { reward: event.mean };
        if (event.policy) this.policy = ` · ${word('progress.policy', event.policy)}`;
        this.status(
          `${bar(Math.max(event.step / steps, computed / queryBudget))} ${word('progress.step', { best, ...this.spent(computed, queryBudget) })}${leftText(left)} · ${JSON.stringify(this.best?.prompt ?? event.bestPrompt)}${this.policy}`,
          event.step === steps,
        );
        break;
      }
      case 'reflect': {
        this.stepAt = event.seconds;
        const { queryBudget = 0 } = this.start ?? {};
        const { computed } = event.queries;
        const text = word('progress.reflectStep', {
          estimate: event.estimate.best,
          calls: event.proposer.calls,
          ...this.spent(computed, queryBudget),
        });
        this.status(`${bar(computed / queryBudget)} ${text} · ${JSON.stringify(shortened(event.best.prompt))}`);
        break;
      }
      case 'random': {
        this.stepAt = event.seconds;
        const text = word('progress.controlStep', {
          control: word('name.stage', { stage: this.control }),
          best: event.estimate ? { estimate: event.estimate.best } : { reward: event.mean },
          ...this.spent(event.queries.computed),
        });
        this.status(`${text}${leftText(this.timeLeft.afterRandomBatch(event, this.horizon))}`);
        break;
      }
      case 'stage':
        this.stepAt = -Infinity;
        if (event.stage === 'reflect') this.line(word('progress.reflect'));
        if (event.stage === 'single') this.control = event.stage;
        if (event.stage === 'single') this.line(word('progress.single', { unit: this.unit }));
        if (event.stage === 'random') this.line(word('progress.random', { unit: this.unit }));
        if (event.stage === 'ranking') {
          const why = event.reason && word('run.ended', { reason: event.reason });
          this.line(word('progress.ranking', { why }));
        }
        if (event.stage === 'test') this.line(word('progress.test'));
        break;
      case 'finish':
        break;
    }
  }

  private get unit(): Unit {
    return this.samples === undefined ? 'queries' : 'generations';
  }

  /** Queries, or the texts that they are, out of a budget. */
  private spent(queries: number, budget?: number): { used: number; budget?: number; unit: Unit } {
    const each = this.samples ?? 1;
    return { used: each * queries, ...(budget !== undefined && { budget: each * budget }), unit: this.unit };
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
    if (this.start) this.line(word('progress.resumes', { step, of: this.start.steps }));
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

  private estimate(prompt: ScoredPrompt): number {
    return pooled(prompt, this.start?.rows ?? { train: 0, validation: 0 }, 'accuracy');
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

/** Of an instruction, what a status line has room for. */
function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : text;
}

function leftText(seconds: number | null): string {
  return seconds === null ? '' : ` · ${word('progress.left', { time: duration(seconds) })}`;
}

function bar(share: number): string {
  const full = Math.round(20 * Math.min(1, share));
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)}`;
}
