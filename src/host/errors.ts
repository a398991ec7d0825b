import * as vscode from 'vscode';

/** Shows an error as a notification, whose text has no lines: what was found and what is expected follow in the same one. */
export function showError(error: unknown): void {
  void vscode.window.showErrorMessage(inOneLine(error instanceof Error ? error.message : String(error)));
}

export function inOneLine(message: string): string {
  return message
    .split('\n')
    .map((line) => line.trim().replace(/^(found|expected): +/, '$1: '))
    .join('; ');
}
