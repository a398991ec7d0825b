import { afterEach, beforeEach, expect, it, vi, type MockInstance } from 'vitest';
import { logCrash } from '../../../src/engine/crash';
import { TaskError } from '../../../src/spec/problem';

let log: MockInstance<typeof console.error>;
beforeEach(() => {
  log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => vi.restoreAllMocks());

it('logs no stack of an error that is worded for users', () => {
  logCrash(new Error('The data has changed.'));
  logCrash(new TaskError([]));
  expect(log).not.toHaveBeenCalled();
});

it('logs the stack of a bug, of an uncaught error, and whatever else was thrown', () => {
  const bug = new TypeError('x is not a function');
  logCrash(bug);
  expect(log).toHaveBeenLastCalledWith(bug.stack);
  const uncaught = new Error('nothing caught this');
  logCrash(uncaught, true);
  expect(log).toHaveBeenLastCalledWith(uncaught.stack);
  logCrash('thrown text');
  expect(log).toHaveBeenLastCalledWith('thrown text');
});
