import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TerminalFrontEnd } from '../../../src/cli/frontEnd';
import { problemNote, type Problem } from '../../../src/spec/problem';
import type { RunTask } from '../../../src/run/store/task';
import { Progress } from '../../../src/cli/progress';

afterEach(() => vi.unstubAllEnvs());

/** A terminal, or a pipe, at which `keys` are typed when the question is shown. */
function terminal(isTTY: boolean, keys = '', agreed: ConstructorParameters<typeof TerminalFrontEnd>[0] = { yes: false }) {
  const stream = (): PassThrough => Object.assign(new PassThrough(), { isTTY, columns: 100, setRawMode: () => undefined });
  const [input, output] = [stream(), stream()];
  let text = '';
  output.on('data', (data: Buffer) => {
    text += data.toString();
    if (data.toString().includes('[y/N]')) input.write(keys);
  });
  const frontEnd = new TerminalFrontEnd(
    agreed,
    input as unknown as NodeJS.ReadStream,
    new Progress(output as unknown as NodeJS.WriteStream),
  );
  return { frontEnd, text: () => text, type: (data: string) => void input.emit('data', Buffer.from(data)) };
}

const task = { spec: { kind: 'classification' } } as RunTask;

describe('consent on the command line', () => {
  it('shows what it is for, and takes a yes', async () => {
    const { frontEnd, text } = terminal(true, 'y\n');
    expect(await frontEnd.consent('openai:m', ['at most 400,000 queries'])).toBe(true);
    expect(text()).toContain('at most 400,000 queries\n');
  });

  it.each(['\n', 'n\n', 'yellow\n', '\u0004'])('%j is a no', async (keys) => {
    expect(await terminal(true, keys).frontEnd.consent('openai:m', [])).toBe(false);
  });

  it('Ctrl-C stops the command', async () => {
    const { frontEnd } = terminal(true, '\u0003');
    await expect(frontEnd.consent('openai:m', [])).rejects.toMatchObject({ name: 'AbortError' });
    expect(frontEnd.signal.aborted).toBe(true);
  });

  it('cannot be given in a pipe', async () => {
    await expect(terminal(false).frontEnd.consent('openai:m', [])).rejects.toMatchObject({ code: 'run.notInteractive' });
  });

  it('is given by --yes and RLPROMPT_YES=1', async () => {
    expect(await terminal(false, '', { yes: true }).frontEnd.consent('openai:m', [])).toBe(true);
    vi.stubEnv('RLPROMPT_YES', '1');
    expect(await terminal(false).frontEnd.consent('openai:m', [])).toBe(true);
  });
});

it('agrees to a script by --allow-scripts alone', async () => {
  vi.stubEnv('RLPROMPT_YES', '1');
  const { frontEnd, text } = terminal(true, '', { yes: true });
  expect(() => frontEnd.allowScript('score.mjs', ['/a/score.mjs'])).toThrow(expect.objectContaining({ code: 'run.scriptNotAllowed' }));
  expect(text()).toContain('/a/score.mjs');
  expect(await terminal(false, '', { yes: false, allowScripts: true }).frontEnd.allowScript('score.mjs', [])).toBe(true);
});

it('prints each note once, whichever run of the command has it', () => {
  const { frontEnd, text } = terminal(false);
  frontEnd.notes(['one']);
  frontEnd.notes(['one', 'two']);
  expect(text()).toBe('Note: one.\nNote: two.\n');
});

it('says what is a warning, and a problem of the spec once', () => {
  const { frontEnd, text } = terminal(false);
  const problem = { file: '/a.prompt-task.json', field: 'labels', message: 'two labels', severity: 'warning' as const };
  frontEnd.notes([problemNote(problem), { warning: 'rows skipped' }, 'drawn'], [problem as unknown as Problem]);
  expect(text().match(/two labels/g)).toHaveLength(1);
  expect(text()).toContain('Warning: rows skipped.\nNote: drawn.\n');
});

it('takes r and Enter, once a run is there, for the wish to rank now', () => {
  const { frontEnd, text, type } = terminal(true);
  type('r\n');
  expect(frontEnd.rankNow.aborted).toBe(false);
  frontEnd.opened('/runs/a', task);
  type('or\n');
  expect(frontEnd.rankNow.aborted).toBe(false);
  type('r\n');
  expect(frontEnd.rankNow.aborted).toBe(true);
  expect(frontEnd.signal.aborted).toBe(false);
  expect(text()).toContain('Ctrl-C');
});

it('listens to no keys in a pipe', () => {
  const { frontEnd, text, type } = terminal(false);
  frontEnd.opened('/runs/a', task);
  type('r\n');
  expect(frontEnd.rankNow.aborted).toBe(false);
  expect(text()).toBe('');
});
