import { dirname, isAbsolute, resolve } from 'node:path';
import { getNodeValue, parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { Fix, Problem } from '../../spec/problem';
import { SPEC_ENDING } from '../commands/pickSpec';
import { isDataFile } from './dataFiles';
import { DiagnosticsByFile } from './diagnosticsByFile';
import type { SpecService } from './specService';

const DELAY = 400;

/** A diagnostic with the quick fixes of its problem. */
export class SpecDiagnostic extends vscode.Diagnostic {
  fixes: readonly Fix[] = [];
}

/** Shows the problems of open task specs, and of the data they name, in the editor. */
export class SpecDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('rlprompt');
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly shown = new DiagnosticsByFile<SpecDiagnostic>((file, diagnostics) =>
    this.collection.set(vscode.Uri.parse(file), diagnostics),
  );
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly service: SpecService,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const later = (document: vscode.TextDocument): void => {
      if (document.fileName.endsWith(SPEC_ENDING)) this.schedule(document);
    };
    this.subscriptions = [
      vscode.workspace.onDidOpenTextDocument(later),
      vscode.workspace.onDidChangeTextDocument(({ document }) => later(document)),
      vscode.workspace.onDidSaveTextDocument((document) => {
        // An open spec may name this data file.
        if (isDataFile(document.fileName, () => document.getText())) vscode.workspace.textDocuments.forEach(later);
        else later(document);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.shown.set(uri.toString(), new Map())),
      vscode.workspace.onDidGrantWorkspaceTrust(() => vscode.workspace.textDocuments.forEach(later)),
    ];
    vscode.workspace.textDocuments.forEach(later);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.collection.dispose();
  }

  private schedule(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    const check = (): void => {
      this.timers.delete(key);
      void this.check(document);
    };
    this.timers.set(key, setTimeout(check, DELAY));
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    const { version, uri } = document;
    const onDisk = uri.scheme === 'file' || uri.scheme === 'vscode-remote';
    // In an untrusted workspace, no file that a spec names is opened.
    const deep = vscode.workspace.isTrusted && onDisk;
    let problems: readonly Problem[];
    try {
      problems = await this.service.check(document.getText(), uri.fsPath, { data: deep, models: deep });
    } catch (error) {
      this.log.warn(`The spec ${uri.fsPath} could not be checked: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    if (document.isClosed || document.version !== version) return;
    // VS Code's own JSON support marks what is not JSON.
    problems = problems.filter(({ code }) => code !== 'spec.notJson');
    const byFile = new Map<string, SpecDiagnostic[]>();
    for (const problem of problems) {
      const path = isAbsolute(problem.file) ? problem.file : resolve(dirname(uri.fsPath), problem.file);
      const own = path === uri.fsPath;
      const file = (own ? uri : uri.with({ path: vscode.Uri.file(path).path })).toString();
      byFile.set(file, [...(byFile.get(file) ?? []), diagnostic(problem, own ? document : undefined)]);
    }
    this.shown.set(uri.toString(), byFile);
  }
}

function diagnostic(problem: Problem, document: vscode.TextDocument | undefined): SpecDiagnostic {
  const start = new vscode.Position(Math.max(0, (problem.line ?? 1) - 1), Math.max(0, (problem.column ?? 1) - 1));
  const parts = [
    problem.message,
    ...(problem.found === undefined ? [] : [vscode.l10n.t('Found: {0}', problem.found)]),
    ...(problem.expected === undefined ? [] : [vscode.l10n.t('Expected: {0}', problem.expected)]),
  ];
  const made = new SpecDiagnostic(
    document ? valueRange(document, start) : new vscode.Range(start, start.translate(0, 1000)),
    parts.join('\n'),
    problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
  );
  made.source = 'RLPrompt';
  made.code = problem.field ?? 'spec';
  made.fixes = problem.fixes ?? [];
  return made;
}

/** From a place to the end of the JSON value or property there, on its first line. */
function valueRange(document: vscode.TextDocument, start: vscode.Position): vscode.Range {
  const offset = document.offsetAt(start);
  const tree = parseTree(document.getText(), [], { allowTrailingComma: true });
  let end = offset + 1;
  const visit = (node: NonNullable<typeof tree>): void => {
    if (node.offset === offset && node.type !== 'object') end = Math.max(end, node.offset + node.length);
    node.children?.forEach(visit);
  };
  if (tree && getNodeValue(tree) !== undefined) visit(tree);
  const lineEnd = document.lineAt(start.line).range.end;
  const to = document.positionAt(end);
  return new vscode.Range(start, to.isAfter(lineEnd) ? lineEnd : to);
}
