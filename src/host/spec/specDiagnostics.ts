import { dirname, isAbsolute, resolve } from 'node:path';
import { getNodeValue, parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { Fix, Problem } from '../../spec/problem';
import { SPEC_ENDING } from '../commands/pickSpec';
import type { SpecService } from './specService';

const DELAY = 400;

/** A diagnostic with the mends that its problem knows. */
export class SpecDiagnostic extends vscode.Diagnostic {
  fixes: readonly Fix[] = [];
}

/** Keeps the problems of open task specs, and of the data they name, in the editor. */
export class SpecDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('rlprompt');
  private readonly timers = new Map<string, NodeJS.Timeout>();
  /** Files that a spec's problems lie in. */
  private readonly touched = new Map<string, vscode.Uri[]>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly service: SpecService,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const later = (document: vscode.TextDocument): void => {
      if (isSpec(document)) this.schedule(document, DELAY);
    };
    this.subscriptions = [
      vscode.workspace.onDidOpenTextDocument(later),
      vscode.workspace.onDidChangeTextDocument(({ document }) => later(document)),
      vscode.workspace.onDidSaveTextDocument((document) => {
        // A data file may be one that an open spec names.
        if (/\.(csv|tsv|jsonl)$/.test(document.fileName)) vscode.workspace.textDocuments.forEach(later);
        else later(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document.uri)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => vscode.workspace.textDocuments.forEach(later)),
    ];
    vscode.workspace.textDocuments.forEach(later);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.collection.dispose();
  }

  private schedule(document: vscode.TextDocument, delay: number): void {
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key);
        void this.check(document);
      }, delay),
    );
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    const { version, uri } = document;
    const onDisk = uri.scheme === 'file' || uri.scheme === 'vscode-remote';
    // What a workspace that is not trusted names is not opened.
    const deep = vscode.workspace.isTrusted && onDisk;
    let problems: readonly Problem[];
    try {
      problems = await this.service.check(document.getText(), uri.fsPath, { data: deep, models: deep });
    } catch (error) {
      this.log.warn(`The spec ${uri.fsPath} could not be checked: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    if (document.isClosed || document.version !== version) return;
    this.forget(uri);
    const byFile = new Map<string, { uri: vscode.Uri; diagnostics: vscode.Diagnostic[] }>();
    for (const problem of problems) {
      const path = isAbsolute(problem.file) ? problem.file : resolve(dirname(uri.fsPath), problem.file);
      const own = path === uri.fsPath;
      const target = own ? uri : uri.with({ path: vscode.Uri.file(path).path });
      const entry = byFile.get(target.toString()) ?? { uri: target, diagnostics: [] };
      entry.diagnostics.push(diagnostic(problem, own ? document : undefined));
      byFile.set(target.toString(), entry);
    }
    for (const { uri: target, diagnostics } of byFile.values()) this.collection.set(target, diagnostics);
    this.touched.set(
      uri.toString(),
      [...byFile.values()].map((entry) => entry.uri),
    );
  }

  private forget(spec: vscode.Uri): void {
    for (const uri of this.touched.get(spec.toString()) ?? []) this.collection.delete(uri);
    this.touched.delete(spec.toString());
  }
}

export function isSpec(document: vscode.TextDocument): boolean {
  return document.fileName.endsWith(SPEC_ENDING);
}

function diagnostic(problem: Problem, document: vscode.TextDocument | undefined): SpecDiagnostic {
  const line = Math.max(0, (problem.line ?? 1) - 1);
  const start = new vscode.Position(line, Math.max(0, (problem.column ?? 1) - 1));
  const parts = [
    problem.message,
    ...(problem.found === undefined ? [] : [vscode.l10n.t('Found: {0}', problem.found)]),
    ...(problem.expected === undefined ? [] : [vscode.l10n.t('Expected: {0}', problem.expected)]),
  ];
  const severity = problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const made = new SpecDiagnostic(
    document ? tokenRange(document, start) : new vscode.Range(start, start.translate(0, 1000)),
    parts.join('\n'),
    severity,
  );
  made.source = 'RLPrompt';
  made.code = problem.field ?? 'spec';
  made.fixes = problem.fixes ?? [];
  return made;
}

/** From a place to the end of the JSON value or property there, on its first line. */
function tokenRange(document: vscode.TextDocument, start: vscode.Position): vscode.Range {
  const text = document.getText();
  const offset = document.offsetAt(start);
  const tree = parseTree(text, [], { allowTrailingComma: true });
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
