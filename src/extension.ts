import * as vscode from 'vscode';
import { EngineService } from './engine/service';
import { Evaluation } from './host/commands/evaluate';
import { optimize } from './host/commands/optimize';
import { pickRun } from './host/commands/pickRun';
import { runCommands } from './host/commands/runCommands';
import { pageActions } from './host/panel/pageActions';
import { PANEL_TYPE, Panels } from './host/panel/panels';
import { Runs } from './host/runs/runs';
import { RunStatus } from './host/runs/runStatus';
import { RunsTree } from './host/runs/runsTree';

/** Wires the host's parts together; nothing else. */
export function activate(context: vscode.ExtensionContext): void {
  const engineFile = context.asAbsolutePath('dist/engine.js');
  const log = vscode.window.createOutputChannel('RLPrompt', { log: true });
  const service = new EngineService(engineFile, (line) => log.debug(line));
  const runs = new Runs(engineFile, log);
  const tree = new RunsTree(runs);
  context.subscriptions.push(log, service, runs, tree);
}
