import { describe, expect, it } from 'vitest';
import type { RequestLog, Spent } from '../../../src/model/taskModel';
import { Spending, totalCost, type RequestLine } from '../../../src/run/result/spending';
import { parseSpec } from '../../../src/spec/spec';

/** A model that has taken some tokens before the run, by its trial. */
class Server {
  spent: Spent = { tokens: 1000, counted: true };
  private run: RequestLog | undefined;

  countFor(run: RequestLog): void {
    this.run = run;
  }

  /** Answers a request, or is still busy with it. */
  take(tokens: number, { counted = true, ends = true } = {}): void {
    this.run?.sent();
    if (!ends) return;
    this.spent = { tokens: this.spent.tokens + tokens, counted: this.spent.counted && counted };
    this.run?.ended();
  }
}

/** What a run keeps of its requests, for the process after it. */
function requestFile(): { readonly before: RequestLine[]; add(line: RequestLine): void } {
  const before: RequestLine[] = [];
  return { before, add: (line) => void before.push(line) };
}

describe('what a run takes of its task model', () => {
  it('is told in all and by search', () => {
    const server = new Server();
    const spending = new Spending(server, requestFile());
    server.take(10);
    spending.begin();
    server.take(200);
    expect(spending.end()).toEqual({ tokens: 200, counted: true });
    spending.begin();
    server.take(30, { counted: false });
    expect(spending.end()).toEqual({ tokens: 30, counted: false });
    server.take(4);
    expect(spending.total).toEqual({ tokens: 244, counted: false });
    expect(spending.lost).toBe(0);
  });

  it('goes across an interruption in the middle of a search', () => {
    const file = requestFile();
    const first = new Server();
    const before = new Spending(first, file);
    first.take(10);
    before.begin();
    first.take(200);
    const saved = structuredClone(before.save());
    // After the checkpoint: one more is answered, and two are on their way when the process is killed.
    first.take(5);
    first.take(0, { ends: false });
    first.take(0, { ends: false });
    const second = new Server();
    second.take(77);
    const after = new Spending(second, file, saved);
    expect(after.lost).toBe(2);
    after.begin();
    second.take(50);
    expect(after.end()).toEqual({ tokens: 255, counted: true });
    expect(after.total).toEqual({ tokens: 265, counted: true });
  });

  it('belongs to the search that begins next where a checkpoint lies between two', () => {
    const file = requestFile();
    const first = new Server();
    const before = new Spending(first, file);
    before.begin();
    first.take(100);
    before.end();
    const saved = before.save();
    before.begin();
    first.take(7);
    const second = new Server();
    const after = new Spending(second, file, saved);
    after.begin();
    second.take(20);
    expect(after.end()).toEqual({ tokens: 27, counted: true });
    expect(after.total).toEqual({ tokens: 127, counted: true });
  });

  it('is not known of a model that runs here, nor of a run that an earlier version began', () => {
    const here = new Spending({}, requestFile());
    here.begin();
    expect([here.end(), here.total]).toEqual([undefined, undefined]);
    const server = new Server();
    const old = new Spending(server, requestFile(), {});
    old.begin();
    server.take(5);
    expect([old.end(), old.total]).toEqual([undefined, undefined]);
  });
});

describe('what a run costs', () => {
  const spec = (more: object) =>
    parseSpec(JSON.stringify({ data: { train: 'x.csv' }, template: '{input} {prompt}', ...more }), '/x.prompt-task.json');
  const use = { calls: 3, tokens: 2_000_000, counted: true, model: 'm', lost: 0 };
  const task = { tokens: 1_000_000, counted: true };
  const reflecting = { taskModel: 'openai:a@http://x/v1', search: { method: ['reflect'] } };

  it.each([
    [{ price: { taskModel: 0.5, proposer: 3 }, proposer: 'openai:b@http://x/v1' }, '$6.50'],
    // A proposer that is the task model has its price.
    [{ price: { taskModel: 10, currency: '€' } }, '€30'],
    [{ price: { taskModel: 0.5 }, proposer: 'openai:b@http://x/v1' }, undefined],
    [{ price: { proposer: 3 } }, undefined],
    [{}, undefined],
  ])('is %j: %s', (more, expected) => {
    expect(totalCost(spec({ ...reflecting, ...more }), task, [use])).toBe(expected);
  });

  it('is that of the proposer alone where the task model runs here', () => {
    expect(
      totalCost(spec({ search: { method: ['reflect'] }, proposer: 'openai:b@http://x/v1', price: { proposer: 3 } }), undefined, [use]),
    ).toBe('$6.00');
    expect(totalCost(spec({}), undefined, [])).toBeUndefined();
  });
});
