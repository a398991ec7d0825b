import { parse } from 'jsonc-parser';
import { dirname, relative } from 'node:path';
import * as vscode from 'vscode';
import { checkServerReferences } from '../../model/server/reference';
import { editsOf } from '../spec/specEdits';
import { openSpec, pickSpec } from './pickSpec';

/** Where inference servers usually listen: Ollama, vLLM, llama.cpp and LM Studio, by their defaults. */
const PORTS: readonly (readonly [port: number, server: string])[] = [
  [11434, 'Ollama'],
  [8000, 'vLLM'],
  [8080, 'llama.cpp'],
  [1234, 'LM Studio'],
];
/** Milliseconds for a server of this computer to list its models. */
const PATIENCE = 1500;
const MOST_BYTES = 1_000_000;

/** The engine checks the name in full. */
const HUB_NAME = /^[\w.-]+\/[\w.-]+(@[^\s#@]+)?(#\S+\.onnx)?$/;

interface ModelItem extends vscode.QuickPickItem {
  /** What the spec says, or how to find that out. */
  readonly model?: string | (() => Promise<string | undefined>);
}

/** `Pick Task Model`: writes the `taskModel` of a spec. @param given a spec; the open one or one that the user picks by default */
export async function pickModel(given?: vscode.Uri): Promise<void> {
  const spec = given ?? openSpec() ?? (await chosenSpec());
  if (!spec) return;
  const document = await vscode.workspace.openTextDocument(spec);
  const { taskModel } = (parse(document.getText()) ?? {}) as { taskModel?: unknown };
  const model = await askModel(spec.fsPath, typeof taskModel === 'string' ? taskModel : 'bundled:causal');
  if (model === undefined || model === taskModel) return;
  const edit = new vscode.WorkspaceEdit();
  for (const { offset, length, content } of editsOf(document.getText(), { path: ['taskModel'], change: { value: model } }))
    edit.replace(spec, new vscode.Range(document.positionAt(offset), document.positionAt(offset + length)), content);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document, { preview: false });
}

async function chosenSpec(): Promise<vscode.Uri | undefined> {
  const picked = await pickSpec(vscode.l10n.t('Pick the model of which task?'), false);
  return typeof picked === 'object' ? picked.spec : undefined;
}

/** Lets the user pick a task model; its reference as a spec names it. @param specFile what a folder is relative to */
export async function askModel(specFile: string, current: string): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const separator = (label: string): ModelItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const demonstration = t('small demonstration model');
  const items: ModelItem[] = [
    separator(t('Comes with RLPrompt')),
    { label: 'bundled:causal', description: demonstration, model: 'bundled:causal' },
    { label: 'bundled:masked', description: demonstration, model: 'bundled:masked' },
    separator(t('On this computer')),
    {
      label: t('$(server) Look for Servers'),
      description: PORTS.map(([port, server]) => `${server} ${port}`).join(', '),
      model: () => pickServerModel(),
    },
    { label: t('$(folder) Model Folder…'), description: t('an ONNX export'), model: () => pickFolder(specFile) },
    separator(t('Elsewhere')),
    { label: t('$(globe) Server Address…'), description: t('OpenAI-compatible'), model: () => typeServer(current) },
    { label: t('$(cloud-download) Hugging Face Hub…'), description: t('OWNER/NAME with ONNX files'), model: () => typeHubModel(current) },
    { label: t("$(vscode) VS Code's Language Models…"), model: () => pickEditorModel() },
  ].map((item) => ('model' in item && item.model === current ? { ...item, description: `${item.description} · ${t('current')}` } : item));
  const title = t('Task model (now {0})', current);
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: t('Which model does the task?') });
  return typeof picked?.model === 'function' ? picked.model() : picked?.model;
}

/** Asks the usual ports of this computer, which happens on a click only. */
async function pickServerModel(): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const progress = { location: vscode.ProgressLocation.Notification, title: t('Looking for servers on this computer') };
  const found = await vscode.window.withProgress(progress, () => localModels());
  if (found.length === 0) {
    const type = t('Enter an Address…');
    const ports = PORTS.map(([port, server]) => `${port} (${server})`).join(', ');
    const answer = await vscode.window.showInformationMessage(t('No server with models answers on the ports {0}.', ports), type);
    return answer === type ? typeServer('') : undefined;
  }
  const items = found.map(({ model, server, url }) => ({
    label: model,
    description: `${server} · ${url}`,
    model: `openai:${model}@${url}`,
  }));
  return (await vscode.window.showQuickPick(items, { title: t('Models of servers on this computer'), matchOnDescription: true }))?.model;
}

interface LocalModel {
  readonly model: string;
  readonly server: string;
  readonly url: string;
}

/** The models of servers on the usual ports; a port that does not answer in time has none. */
export async function localModels(ports = PORTS): Promise<LocalModel[]> {
  const lists = await Promise.all(
    ports.map(async ([port, server]) => {
      const url = `http://127.0.0.1:${port}`;
      try {
        const response = await fetch(`${url}/v1/models`, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE) });
        if (!response.ok || Number(response.headers.get('content-length') ?? 0) > MOST_BYTES) return [];
        const { data } = (await response.json()) as { data?: { id?: unknown }[] };
        return (Array.isArray(data) ? data : []).flatMap(({ id }) => (typeof id === 'string' ? [{ model: id, server, url }] : []));
      } catch {
        // Nothing listens there, or something else does.
        return [];
      }
    }),
  );
  return lists.flat();
}

async function pickFolder(specFile: string): Promise<string | undefined> {
  const openLabel = vscode.l10n.t('Use This Model');
  const [folder] = (await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false, openLabel })) ?? [];
  return folder && `folder:${relative(dirname(specFile), folder.fsPath).replaceAll('\\', '/') || '.'}`;
}

async function typeServer(current: string): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Model and address of an OpenAI-compatible server'),
    prompt: vscode.l10n.t('MODEL@URL. Keys go into “Set Server API Key…”, never into a spec.'),
    value: current.startsWith('openai:') ? current.slice('openai:'.length) : '',
    placeHolder: 'llama3.2@http://localhost:11434',
    validateInput: (text) => wrong(() => checkServerReferences([`openai:${text.trim()}`])),
  });
  return typed === undefined ? undefined : `openai:${typed.trim()}`;
}

async function typeHubModel(current: string): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title: vscode.l10n.t('Model on the Hugging Face Hub'),
    prompt: vscode.l10n.t('OWNER/NAME of a model with ONNX files. A run shows its size and license before it downloads it.'),
    value: current.startsWith('hf:') ? current.slice('hf:'.length) : '',
    placeHolder: 'onnx-community/Qwen2.5-0.5B-Instruct',
    validateInput: (text) =>
      HUB_NAME.test(text.trim()) ? undefined : vscode.l10n.t('Enter OWNER/NAME, with @REVISION or #FILE if need be.'),
  });
  return typed === undefined ? undefined : `hf:${typed.trim()}`;
}

/** What a check throws, for an input box. */
function wrong(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function pickEditorModel(): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const all = await vscode.lm.selectChatModels();
  if (all.length === 0) {
    void vscode.window.showInformationMessage(
      t('VS Code has no language model. Install an extension that provides one, such as GitHub Copilot Chat, and sign in.'),
    );
    return undefined;
  }
  const items = all.map(({ name, vendor, family }) => ({
    label: name,
    description: `${vendor}/${family}`,
    model: `vscode-lm:${vendor}/${family}`,
  }));
  return (await vscode.window.showQuickPick(items, { title: t("VS Code's language models"), matchOnDescription: true }))?.model;
}
