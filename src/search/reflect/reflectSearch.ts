import { Margins } from '../../method/margins';
import { Random } from '../../method/random';
import type { Scorer, ScorerState } from '../../method/scorer';
import type { PromptIds } from '../../model/taskModel';
import { warning, type Note } from '../../wording/note';
import { pooledGap, scoreAll } from '../selection';
import type { ScoredPrompt, SplitScore } from '../prompt';
import type { Finalist, ReflectStep, Reflection, Search, SearchContext, SearchKind, StopReason } from '../search';
import { formOf, type Candidate } from './candidate';
import { ReflectLoop, type ReflectState } from './loop';
import { PoolTask, type PoolState } from './poolTask';
import type { CandidateRecord, CandidateUpdate } from './record';
import { DEFAULTS } from './settings';

/** Proposals in a row without a single query after which there is nothing left to try. */
const IDLE = 25;
/** Answers without a prompt that are worth a word, if they are most. */
const SOME = 4;

interface State {
  readonly begun: boolean;
  readonly loop: ReflectState;
  readonly pool: PoolState;
  readonly train: ScorerState;
  readonly validation: ScorerState;
  /** Absent in checkpoints of earlier versions. */
  readonly answers?: Answers;
}

/** Requests to the proposer, those that failed, and answers without a prompt. */
interface Answers {
  readonly asked: number;
  readonly failed: number;
  readonly empty: number;
  /** Why the last one failed. */
  readonly problem?: string | undefined;
}

/** A model proposes prompts: it sees where a prompt fails, and writes a better one. */
export const reflectSearch: SearchKind = {
  origin: 'reflect',
  proposes: true,
  open: (context, saved) => Promise.resolve(new ReflectSearch(context, context.reflection!, saved as State | undefined)),
};

class ReflectSearch implements Search {
  private readonly train: Scorer;
  private readonly validation: Scorer;
  private readonly pool: PoolTask;
  private readonly loop: ReflectLoop;
  /** Whether the prompts to start from have their scores. */
  private begun = false;
  private answers: Answers = { asked: 0, failed: 0, empty: 0 };

  constructor(
    private readonly context: SearchContext,
    private readonly reflection: Reflection,
    saved: State | undefined,
  ) {
    [this.train, this.validation] = [context.scorer('train'), context.scorer('validation')];
    this.pool = new PoolTask(context, reflection, [this.train, this.validation]);
    const { maxTokens, frozen, start } = reflection;
    const texts = start.map(({ text }) => text);
    this.loop = new ReflectLoop(this.pool, { settings: DEFAULTS, maxTokens, frozen, start: texts }, new Random(context.seed ^ 0x4ef1ec7));
    if (!saved) return;
    this.begun = saved.begun;
    this.answers = saved.answers ?? this.answers;
    this.train.restore(saved.train);
    this.validation.restore(saved.validation);
    this.pool.restore(saved.pool);
    this.loop.restore(saved.loop);
  }

  get queries() {
    return this.pool.counted;
  }

  get proposer() {
    return this.pool.usage;
  }

  get notes(): Note[] {
    const { asked, failed, empty, problem } = this.answers;
    const isMost = empty >= SOME && 2 * empty > asked - failed;
    return [
      ...(failed > 0 ? [warning('search.proposalsFailed', { failed, of: asked, problem })] : []),
      ...(isMost ? [warning('search.emptyProposals', { empty, of: asked - failed })] : []),
    ];
  }

  get finalistQueries(): number {
    return this.loop.board.reserve();
  }

  get ended(): StopReason | undefined {
    const { spent, idle, steps } = this.loop;
    if (!this.begun) return undefined;
    if (spent) return 'budget';
    if (idle >= IDLE) return 'idle';
    if (this.pool.callsLeft <= 0) return 'calls';
    return steps >= this.context.settings.steps ? 'steps' : undefined;
  }

  async advance(signal?: AbortSignal): Promise<ReflectStep> {
    const records = await this.whole(() => (this.begun ? this.loop.step(signal) : this.loop.begin(signal)));
    this.begun = true;
    this.count(records);
    this.reflection.report(records);
    return this.stepOf(records);
  }

  async finalists(signal?: AbortSignal): Promise<Finalist[]> {
    const { best, lines } = await this.whole(() => this.loop.finalists(signal));
    this.reflection.report(lines);
    const origins = new Map(this.reflection.start.map(({ text, origin }) => [text, origin]));
    const all = best.map((candidate) => ({
      ids: this.pool.ids(candidate),
      origin: candidate.operator === 'start' ? origins.get(candidate.instruction) : undefined,
      form: formOf(candidate),
    }));
    const scored = await scoreAll(
      all.map(({ ids }) => ids),
      this.train,
      this.validation,
      this.context.prompt,
      signal,
    );
    return scored.map((prompt, i) => {
      const { origin, form } = all[i]!;
      return { ...prompt, ...(origin ? { origin } : { form }) };
    });
  }

  save(): State {
    const { begun, answers, loop, pool, train, validation } = this;
    return { begun, answers, loop: loop.save(), pool: pool.save(), train: train.save(), validation: validation.save() };
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  /** Does a step as a whole: its queries count when it is done. */
  private async whole<T>(work: () => Promise<T>): Promise<T> {
    try {
      const done = await work();
      this.pool.commit();
      return done;
    } catch (error) {
      this.pool.rollback();
      throw error;
    }
  }

  private count(lines: readonly (CandidateRecord | CandidateUpdate)[]): void {
    let { asked, failed, empty, problem } = this.answers;
    for (const line of lines) {
      if (!('operator' in line) || !line.proposer) continue;
      asked++;
      if (line.refused === 'failed') [failed, problem] = [failed + 1, line.reason];
      if (line.refused === 'noBlock' || line.refused === 'empty') empty++;
    }
    this.answers = { asked, failed, empty, problem };
  }

  private stepOf(lines: readonly (CandidateRecord | CandidateUpdate)[]): ReflectStep {
    const { board, bandit, steps } = this.loop;
    const best = board.ranked[0]!;
    const { estimate, rows } = board.validation(best);
    return {
      event: 'reflect',
      step: steps,
      attempts: lines
        .filter((line): line is CandidateRecord => 'operator' in line)
        .map(({ id, operator, state, refused }) => ({ id, operator, state, ...(refused && { refused }) })),
      best: this.soFar(best),
      estimate: { best: estimate, rows },
      operators: bandit.shares(),
      proposer: this.pool.usage,
      queries: this.queries,
    };
  }

  /** A candidate with its scores on the rows that it has. */
  private soFar(candidate: Candidate): ScoredPrompt {
    const ids = this.pool.ids(candidate);
    const { tokens: _, ...prompt } = this.context.prompt(ids);
    const [train, validation] = [this.train, this.validation].map((scorer) => scoreSoFar(scorer, ids));
    const has = (scorer: Scorer, { missing = 0 }: SplitScore): number => scorer.size - missing;
    const margins = new Margins(this.train.model.classes);
    this.train.margins(ids, margins);
    this.validation.margins(ids, margins);
    const gap = pooledGap(train!, has(this.train, train!), validation!, has(this.validation, validation!));
    return { ...prompt, gap, choice: margins.score(this.train.weights), train: train!, validation: validation! };
  }
}

function scoreSoFar(scorer: Scorer, ids: PromptIds): SplitScore {
  const score = scorer.soFar(ids);
  if (!score) return { reward: 0, gap: 0, accuracy: 0, ...(scorer.size > 0 && { missing: scorer.size }) };
  const { reward, gap, accuracy, missing } = score;
  return { reward, gap, accuracy, ...(missing !== undefined && { missing }) };
}
