/** What the host's parts use of VS Code, as far as their tests go: events, and a workspace with nothing in it. */
export class EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => void>();

  readonly event = (listener: (value: T) => void): { dispose(): void } => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
  }

  dispose(): void {
    this.listeners.clear();
  }
}

const never = (): { dispose(): void } => ({ dispose: () => undefined });

export class TreeItem {
  constructor(readonly label: string) {}
}
export class ThemeIcon {
  constructor(readonly id: string) {}
}
export class ThemeColor {
  constructor(readonly id: string) {}
}
export const ViewColumn = { Beside: -2 };
export const window = {
  createWebviewPanel: (): unknown => undefined,
  createTreeView: () => ({ selection: [], ...never() }),
  onDidChangeActiveTextEditor: never,
};
export const env = { language: 'en' };
export const l10n = { t: (text: string, ...values: unknown[]) => text.replace(/\{(\d+)\}/g, (_, n: string) => String(values[Number(n)])) };
export const commands = {
  getCommands: () => Promise.resolve([] as string[]),
  executeCommand: () => Promise.resolve(undefined),
  registerCommand: never,
};
export const Uri = {
  file: (fsPath: string) => ({ fsPath, path: fsPath }),
  joinPath: ({ fsPath }: { fsPath: string }, ...parts: string[]) => ({ fsPath: [fsPath, ...parts].join('/') }),
};

/** What `findFiles` gives, by its pattern. */
export const found: Record<string, string[]> = {};
export const workspace = {
  isTrusted: true,
  searches: 0,
  findFiles: (pattern: string) => {
    workspace.searches++;
    return Promise.resolve((found[pattern] ?? []).map((file) => Uri.file(file)));
  },
  getConfiguration: () => ({ get: (_: string, otherwise: unknown) => otherwise }),
  getWorkspaceFolder: () => undefined,
  asRelativePath: (path: string) => path,
  /** A file has come, as the watchers of all patterns are told. */
  created: new EventEmitter<unknown>(),
  createFileSystemWatcher: () => ({
    onDidCreate: workspace.created.event,
    onDidDelete: never,
    onDidChange: never,
    dispose: () => undefined,
  }),
  onDidChangeWorkspaceFolders: never,
  onDidChangeConfiguration: never,
  onDidGrantWorkspaceTrust: never,
};
