import * as vscode from 'vscode';
import { EngineProcess } from './engine/client';
import { EngineService } from './engine/service';
import { Evaluation } from './host/commands/evaluate';
import { offerStart, optimize, tryLabelWords, tryLongerPrompt, type NewTasks } from './host/commands/optimize';
import { pickModel } from './host/commands/pickModel';
import { pickRun } from './host/commands/pickRun';
import { SPEC_ENDING } from './host/commands/pickSpec';
import { runCommands } from './host/commands/runCommands';
import { transfer } from './host/commands/transfer';
import { CodeLenses, replacePrompt } from './host/insertion/codeLenses';
import { foundPrompt, foundPrompts } from './host/insertion/found';
import { insertPrompt } from './host/insertion/insertPrompt';
import { insertSnippet } from './host/insertion/insertSnippet';
import { hasFunction } from './host/insertion/functionLanguages';
import { LastEditor } from './host/insertion/lastEditor';
import { PromptCompletion } from './host/insertion/promptCompletion';
import { Secrets } from './host/models/secrets';
import { pageActions, type PageServices } from './host/panel/pageActions';
import { PANEL_TYPE, Panels } from './host/panel/panels';
import { Engines } from './host/runs/engines';
import { tellEnd } from './host/runs/endNotice';
import { Runs } from './host/runs/runs';
import { RunStatus } from './host/runs/runStatus';
import { RunsTree } from './host/runs/runsTree';
import { newTaskFromDataset } from './host/spec/newTask';
import { QuickFixes } from './host/spec/quickFixes';
import { openSampleTask } from './host/spec/sampleTask';
import { SpecCompletion } from './host/spec/specCompletion';
import { showError } from './host/errors';
import { SpecDiagnostics } from './host/spec/specDiagnostics';
import { SpecHover } from './host/spec/specHover';
import { SpecLenses } from './host/spec/specLenses';
import { SpecService } from './host/spec/specService';

/** The languages into which functions are inserted. */
const CODE = [
  'python',
  'typescript',
  'typescriptreact',
  'javascript',
  'javascriptreact',
  'vue',
  'svelte',
  'java',
  'csharp',
  'go',
  'rust',
  'markdown',
].map((language) => ({ language }));

/** The benchmark reads how long activation took. */
export interface Activated {
  readonly milliseconds: number;
}

/** Wires the parts of the host together. */
export function activate(context: vscode.ExtensionContext): Activated {
  const began = performance.now();
  const log = vscode.window.createOutputChannel('RLPrompt', { log: true });
  const engineFile = context.asAbsolutePath('dist/engine.js');
  const secrets = new Secrets(context.secrets);
  const engines = new Engines(engineFile, secrets);
  const runs = new Runs(engines, log);
  const lastEditor = new LastEditor();
  const panels: Panels = new Panels(
    runs,
    context.extensionUri,
    (id) => pageActions(runs, services, id),
    () => lastEditor.languageId === undefined || hasFunction(lastEditor.languageId),
  );
  const evaluation = new Evaluation(runs, panels, engines, log);
  const tree = new RunsTree(runs);
  const prompts = (): ReturnType<typeof foundPrompts> => foundPrompts(runs);
  const services: PageServices = {
    insert: async (head, row, form) => {
      const editor = await lastEditor.open(false);
      if (editor) await insertPrompt(foundPrompt(head, row), form, editor);
    },
    evaluate: (id, prompt) => evaluation.score(id, prompt),
    transfer: (id) => transfer(runs, panels, engines, log, id),
    compare: async (id) => vscode.commands.executeCommand('rlprompt.compareRuns', id),
    tryLabelWords: (head) => tryLabelWords(runs, panels, head),
    tryLongerPrompt: (head) => tryLongerPrompt(runs, panels, head),
    showLog: () => log.show(),
    exportRun: (folder, format) => service.use((engine) => engine.request('exportRun', { folder, format })),
    heldOut: (id) => service.use((engine) => engine.request('heldOut', id)),
    candidates: (id) => service.use((engine) => engine.request('candidates', id)),
    candidate: (of) => service.use((engine) => engine.request('candidate', of)),
    commandLine: context.asAbsolutePath('dist/cli.js'),
  };
  const service = new EngineService(() => new EngineProcess(engineFile, {}, (line) => log.debug(line)));
  const specs = new SpecService(service);
  const newTasks: NewTasks = {
    fromDataset: (file) => newTaskFromDataset(specs, file),
    sample: () => openSampleTask(context.extensionUri),
    look: (text, file) => specs.look(text, file),
  };
  const lenses = new SpecLenses(runs);
  const codeLenses = new CodeLenses(runs);
  const spec = { pattern: `**/*${SPEC_ENDING}` };

  const optimizeNew = (made: Promise<vscode.Uri | undefined>): Promise<void> => offerStart(runs, panels, newTasks, made);

  const commands: Record<string, (argument?: never) => unknown> = {
    ...runCommands(runs, panels),
    'rlprompt.optimize': (file?: vscode.Uri) => optimize(runs, panels, newTasks, file),
    'rlprompt.newTask': (file?: vscode.Uri) => optimizeNew(newTasks.fromDataset(file)),
    'rlprompt.sampleTask': () => optimizeNew(newTasks.sample()),
    'rlprompt.evaluate': (on?: vscode.Uri | string) => evaluation.command(on),
    'rlprompt.pickModel': (file?: vscode.Uri) => pickModel(file),
    'rlprompt.insertSnippet': () => insertSnippet(prompts, lastEditor),
    'rlprompt.transferRun': async (given?: string) => {
      const id =
        given ?? (await pickRun(runs, vscode.l10n.t('Evaluate the prompts of which run?'), ({ state }) => state === 'finished'))?.id;
      if (id !== undefined) await transfer(runs, panels, engines, log, id);
    },
    'rlprompt.refreshRuns': () => tree.refresh(),
    'rlprompt.showLog': () => log.show(),
    'rlprompt.setHubToken': () => secrets.setHubToken(),
    'rlprompt.setServerKey': () => secrets.setServerKey(),
  };
  context.subscriptions.push(
    log,
    secrets,
    runs,
    panels,
    tree,
    new RunStatus(runs),
    runs.onDidEnd((head) => void tellEnd(head, panels.of(head.id)?.panel.visible === true)),
    runs.onDidDelete((id) => panels.close(id)),
    service,
    lenses,
    codeLenses,
    vscode.languages.registerCodeLensProvider(CODE, codeLenses),
    vscode.commands.registerCommand('rlprompt.replacePrompt', (uri: vscode.Uri, line: number) => replacePrompt(runs, uri, line)),
    new SpecDiagnostics(specs, log),
    vscode.languages.registerCodeLensProvider(spec, lenses),
    vscode.languages.registerCodeActionsProvider(spec, new QuickFixes(), { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] }),
    vscode.languages.registerCompletionItemProvider(spec, new SpecCompletion(specs), '"'),
    vscode.languages.registerHoverProvider(spec, new SpecHover(specs)),
    lastEditor,
    vscode.languages.registerCompletionItemProvider({ pattern: '**' }, new PromptCompletion(prompts)),
    vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, panels),
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, shown(run))),
  );
  return { milliseconds: performance.now() - began };
}

/** A command that shows its errors to the user. */
function shown(run: (argument?: never) => unknown): (argument?: never) => Promise<void> {
  return async (argument) => {
    try {
      await run(argument);
    } catch (error) {
      showError(error);
    }
  };
}
