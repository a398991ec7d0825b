import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Progress } from '../../../src/cli/progress';
import { word } from '../../../src/wording/wording';
import { duration } from '../../../src/run/report/duration';
import type { PolicyStepEvent } from '../../../src/run/events';

function screen(isTTY: boolean, columns = 60): { out: NodeJS.WriteStream; text: () => string } {
  const stream = new PassThrough();
  const chunks: string[] = [];
  stream.on('data', (data: Buffer) => chunks.push(data.toString()));
  return { out: Object.assign(stream, { isTTY, columns }) as unknown as NodeJS.WriteStream, text: () => chunks.join('') };
}

function step(n: number, seconds: number): PolicyStepEvent {
  return {
    event: 'step',
    step: n,
    mean: 30.25,
    best: 41,
    spread: 3,
    bestPrompt: 'say "hello"',
    distinct: 16,
    entropy: 8.5,
    loss: 12,
    gradientNorm: 1,
    queries: { asked: 1024 * n, computed: 1024 * n },
    seconds,
    milliseconds: { states: 1, policy: 1, reward: 1, update: 1 },
  };
}
const begin = {
  event: 'start',
  seed: 0,
  actions: 5400,
  rows: { train: 8, validation: 8, test: 20 },
  steps: 100,
  queryBudget: 1e6,
  random: false,
} as const;

describe('progress', () => {
  it('draws one line over on a terminal, cut to its width, with the time that is left', () => {
    const { out, text } = screen(true, 200);
    const progress = new Progress(out);
    progress.show(begin);
    for (let n = 1; n <= 51; n++) progress.show(step(n, n));
    progress.clear();
    const drawn = text().split('\r\u001b[2K');
    expect(drawn[1]).toContain('reward 30.3 after 2,048 of 1,000,000 queries · "say');
    // A step takes a second, 49 are left.
    expect(drawn.at(-2)).toContain('reward 30.3 after 52,224 of 1,000,000 queries · 49 s left · "say \\"hello\\""');
    expect(drawn.at(-2)).toContain('██████████░░░░░░░░░░');
    expect(drawn.at(-1)).toBe('');
    const narrow = screen(true, 30);
    const second = new Progress(narrow.out);
    second.show(begin);
    second.show(step(1, 2));
    expect(Array.from(narrow.text().split('\n').at(-1)!)).toHaveLength(29);
  });

  it('counts the texts of a run that generates them', () => {
    const { out, text } = screen(true, 200);
    const progress = new Progress(out);
    progress.describe(2);
    progress.show(begin);
    progress.show(step(1, 1));
    expect(text()).toContain('after 2,048 of 2,000,000 generations');
    expect(text()).not.toContain('queries');
  });

  it('counts the time of random search and the end by the budget', () => {
    const { out, text } = screen(true, 200);
    const progress = new Progress(out);
    // 80 steps fit into the budget.
    progress.show({ ...begin, queryBudget: 1024 * 80, random: true });
    for (let n = 1; n <= 50; n++) progress.show({ ...step(n, n), milliseconds: { states: 0, policy: 0, reward: 500, update: 0 } });
    // 30 steps of a second, and half of 80 seconds.
    expect(text()).toMatch(/1 min 10 s left · "say[^·]*$/);
    progress.show({ event: 'random', step: 1, mean: 1, best: 2, queries: { asked: 0, computed: 1024 * 10 }, seconds: 60 });
    // 10 of 50 steps' queries took ten seconds.
    expect(text()).toMatch(/40 s left$/);
  });

  it('shows how far each stage is on a terminal alone, beside the lines of its steps', () => {
    const told = (out: NodeJS.WriteStream): void => {
      const progress = new Progress(out);
      progress.show(begin);
      progress.show({ event: 'progress', stage: 'baselines', done: 16, total: 64, seconds: 0.5 });
      progress.show(step(1, 3));
      progress.show({ event: 'progress', stage: 'policy', done: 2000, total: 1e6, seconds: 4 });
      progress.show({ event: 'stage', stage: 'ranking', reason: 'budget' });
      progress.show({ event: 'progress', stage: 'ranking', done: 0, total: 100, seconds: 5 });
    };
    const terminal = screen(true, 200);
    told(terminal.out);
    expect(terminal.text()).toContain('first scores █████░░░░░░░░░░░░░░░');
    expect(terminal.text()).not.toContain('search ░');
    expect(terminal.text()).toContain(word('run.ended', { reason: 'budget' }));
    expect(terminal.text()).toContain('choosing the best ░░░░░░░░░░░░░░░░░░░░');
    const pipe = screen(false);
    told(pipe.out);
    expect(pipe.text()).not.toMatch(/first scores|choosing the best/);
  });

  it('of a resumed run knows its steps and its best prompt', () => {
    const { out, text } = screen(true, 200);
    const progress = new Progress(out);
    const scores = { gap: 0.4, reward: 1, accuracy: 0.75 };
    const greedy = { prompt: 'truly', pieces: ['truly'], gap: 0.4, train: scores, validation: scores };
    progress.resume([begin, { ...step(10, 10), greedy }, step(11, 11)]);
    expect(text()).toBe('Resumes after step 11 of 100.\n');
    progress.show(step(12, 12));
    expect(text()).toContain('best estimate 75.0% after 12,288 of 1,000,000 queries · "truly"');
  });

  it('of a search with a memory shows the latest best prompt, whose estimate may fall', () => {
    const { out, text } = screen(true, 200);
    const progress = new Progress(out);
    progress.show({ ...begin, queryBudget: 5000, random: true });
    const show = (n: number, prompt: string, accuracy: number): void => {
      const split = { gap: accuracy - 0.5, reward: 1, accuracy };
      const estimate = { best: accuracy, mean: 0.6, rows: 8, worth: 12 };
      const greedy = { prompt, pieces: [prompt], gap: split.gap, train: split, validation: split, filledIn: { rows: 8, worth: 12 } };
      progress.show({ ...step(n, n), queries: { asked: 248 * n, computed: 248 * n }, greedy, estimate });
    };
    show(9, 'truly', 0.9);
    show(10, 'simply', 0.871);
    expect(text()).toMatch(/█{10}░{10} best estimate 87\.1% after 2,480 of 5,000 queries · "simply"$/);
    const estimate = { best: 0.84, mean: 0.6, rows: 8, worth: 12 };
    progress.show({ event: 'random', step: 1, mean: 1, best: 2, estimate, queries: { asked: 128, computed: 128 }, seconds: 11 });
    expect(text()).toContain('random search: best estimate 84.0% after 128 queries');
  });

  it('prints plain lines elsewhere, and not every step', () => {
    const { out, text } = screen(false);
    const progress = new Progress(out);
    progress.show(begin);
    for (let n = 1; n <= 99; n++) progress.show(step(n, n));
    progress.show(step(100, 100));
    const lines = text().trimEnd().split('\n');
    expect(lines.length).toBeLessThan(5);
    expect(lines.at(-1)).toContain('after 102,400 of');
    expect(text()).not.toContain('\u001b');
    expect(text()).not.toContain('\r');
  });

  it('says durations as people do', () => {
    expect([0.4, 59.4, 60, 125].map(duration)).toEqual(['0 s', '59 s', '1 min 0 s', '2 min 5 s']);
  });
});
