import { expect, it, vi } from 'vitest';
import type { Problem } from '../../../../src/spec/problem';
import type { SpecService } from '../../../../src/host/spec/specService';

/** As much of VS Code as diagnostics need; `shown` is the Problems panel. */
const { editor, shown, closed } = vi.hoisted(() => {
  const shown = new Map<string, readonly { message: string }[]>();
  const closed: ((document: unknown) => void)[] = [];
  const never = () => ({ dispose: () => undefined });
  class Position {
    constructor(
      readonly line: number,
      readonly character: number,
    ) {}
    translate = () => this;
  }
  const editor = {
    Position,
    Range: class {
      constructor(
        readonly start: Position,
        readonly end: Position,
      ) {}
    },
    Diagnostic: class {
      constructor(
        readonly range: unknown,
        readonly message: string,
      ) {}
    },
    DiagnosticSeverity: { Error: 0, Warning: 1 },
    Uri: { file: (path: string) => ({ path }), parse: (path: string) => path },
    l10n: { t: (text: string) => text },
    languages: {
      createDiagnosticCollection: () => ({
        set: (uri: string, diagnostics: readonly { message: string }[]) => shown.set(uri, diagnostics),
        delete: (uri: string) => shown.delete(uri),
      }),
    },
    workspace: {
      isTrusted: true,
      textDocuments: [] as unknown[],
      onDidOpenTextDocument: never,
      onDidChangeTextDocument: never,
      onDidSaveTextDocument: never,
      onDidGrantWorkspaceTrust: never,
      onDidCloseTextDocument: (listener: (document: unknown) => void) => {
        closed.push(listener);
        return never();
      },
    },
  };
  return { editor, shown, closed };
});
vi.mock('vscode', () => editor);

const { SpecDiagnostics } = await import('../../../../src/host/spec/specDiagnostics');

function specDocument(path: string): object {
  const uri = { scheme: 'file', fsPath: path, toString: () => path, with: ({ path }: { path: string }) => path };
  return { uri, fileName: path, version: 1, isClosed: false, getText: () => '{}' };
}

it('a data file that two specs name keeps the diagnostics of both', async () => {
  vi.useFakeTimers();
  const documents = ['/data/a.prompt-task.json', '/data/b.prompt-task.json'].map(specDocument);
  editor.workspace.textDocuments.push(...documents);
  const check = (_text: string, file: string): Promise<Problem[]> =>
    Promise.resolve([{ severity: 'error', code: 'data.noRows', args: [], file: 'train.csv', line: 3, message: `seen from ${file}` }]);
  new SpecDiagnostics({ check } as unknown as SpecService, undefined as never);
  await vi.runAllTimersAsync();
  const messages = () => shown.get('/data/train.csv')?.map(({ message }) => message) ?? [];
  expect(messages()).toEqual(['seen from /data/a.prompt-task.json', 'seen from /data/b.prompt-task.json']);
  for (const close of closed) close(documents[0]);
  expect(messages()).toEqual(['seen from /data/b.prompt-task.json']);
  for (const close of closed) close(documents[1]);
  expect(messages()).toEqual([]);
  vi.useRealTimers();
});
