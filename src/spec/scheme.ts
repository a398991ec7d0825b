/** What a reference to a model on a server, or to one of the editor's, begins with. */
export const OPENAI_SCHEME = 'openai:';
export const EDITOR_SCHEME = 'vscode-lm:';

/** Whether a reference names a model that takes text: behind a server, or the editor's. */
export function isTextModel(reference: string): boolean {
  return reference.startsWith(OPENAI_SCHEME) || reference.startsWith(EDITOR_SCHEME);
}
