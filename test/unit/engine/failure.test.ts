import { afterEach, describe, expect, it, vi } from 'vitest';
import { failure } from '../../../src/engine/failure';
import { TaskError } from '../../../src/spec/problem';

afterEach(() => vi.restoreAllMocks());

describe('the last message of a job that failed', () => {
  it('is what was written for people, with nothing more in the log', () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(failure(new Error('The data has changed.'))).toEqual({ type: 'failed', message: 'The data has changed.', problems: [] });
    const problems = [{ severity: 'error' as const, file: 'a.prompt-task.json', message: 'there is no such task spec' }];
    expect(failure(new TaskError(problems))).toMatchObject({ type: 'failed', problems });
    expect(log).not.toHaveBeenCalled();
  });

  it('of a crash comes with its place in the log', () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const crash = new TypeError('x is not a function');
    expect(failure(crash)).toMatchObject({ message: 'x is not a function' });
    expect(log).toHaveBeenCalledExactlyOnceWith(crash.stack);
    failure(new Error('where none was looked for'), true);
    expect(log).toHaveBeenCalledTimes(2);
    failure('thrown text');
    expect(log).toHaveBeenLastCalledWith('thrown text');
  });
});
