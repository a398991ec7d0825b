import { describe, expect, it } from 'vitest';
import type { Spent } from '../../../src/model/taskModel';
import { Spending, totalCost } from '../../../src/run/spending';
import { parseSpec } from '../../../src/spec/spec';

/** A model that has taken some tokens before the run, by its trial. */
function model(): { spent: Spent; take(tokens: number, counted?: boolean): void } {
  return {
    spent: { tokens: 1000, counted: true },
    take(tokens, counted = true) {
      this.spent = { tokens: this.spent.tokens + tokens, counted: this.spent.counted && counted };
    },
  };
}

describe('what a run takes of its task model', () => {
  it('is told in all and by search', () => {
    const server = model();
    const spending = new Spending(server);
    server.take(10);
    spending.begin();
    server.take(200);
    expect(spending.end()).toEqual({ tokens: 200, counted: true });
    spending.begin();
    server.take(30, false);
    expect(spending.end()).toEqual({ tokens: 30, counted: false });
    server.take(4);
    expect(spending.total).toEqual({ tokens: 244, counted: false });
  });

  it('goes across an interruption in the middle of a search', () => {
    const first = model();
    const before = new Spending(first);
    first.take(10);
    before.begin();
    first.take(200);
    const saved = structuredClone(before.save());
    const second = model();
    second.take(77);
    const after = new Spending(second, saved);
    after.begin();
    second.take(50);
    expect(after.end()).toEqual({ tokens: 250, counted: true });
    expect(after.total).toEqual({ tokens: 260, counted: true });
  });

  it('is not known of a model that runs here, nor of a run that an earlier version began', () => {
    const here = new Spending({});
    here.begin();
    expect([here.end(), here.total]).toEqual([undefined, undefined]);
    const server = model();
    const old = new Spending(server, {});
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
