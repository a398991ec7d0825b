import { describe, expect, it, vi } from 'vitest';

const { shown } = vi.hoisted(() => ({ shown: [] as string[] }));
vi.mock('vscode', () => ({ window: { showErrorMessage: (message: string) => shown.push(message) } }));

const { showError } = await import('../../../src/host/errors');
const { TaskError } = await import('../../../src/spec/problem');

describe('an error in a notification', () => {
  it('has what was found and expected behind its message, on one line', () => {
    const problem = { severity: 'error', code: 'data.notUtf8', args: [], file: 'a.csv', line: 2 } as const;
    showError(new TaskError({ ...problem, message: 'the file is not UTF-8', found: 'bytes', expected: 'UTF-8' }));
    expect(shown).toEqual(['a.csv:2: error: the file is not UTF-8; found: bytes; expected: UTF-8']);
  });
});
