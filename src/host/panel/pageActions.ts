import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findNodeAtLocation, parseTree, type JSONPath } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { Handlers } from '../../messages/channel';
import type {
  CandidateDetails,
  CandidateSummary,
  ExportFormat,
  HeldOut,
  InsertForm,
  PanelMethods,
  RowReference,
} from '../../messages/page';
import { quote } from '../../run/report/shell';
import { reproduceCommand } from '../../run/start';
import { parseTask } from '../../run/store/taskFile';
import type { NextStep, PromptRow, RunHead, RunView } from '../../run/view/runView';
import { exportTable } from '../commands/exportTable';
import { showError } from '../errors';
import type { Runs } from '../runs/runs';

/** What the page's buttons need besides the runs. */
export interface PageServices {
  insert(head: RunHead, row: PromptRow, form: InsertForm): Promise<void>;
  evaluate(id: string, prompt: string): Promise<void>;
  transfer(id: string): Promise<void>;
  compare(id: string): Promise<void>;
  /** Runs the spec of a run again and searches for label words first. */
  tryLabelWords(head: RunHead): Promise<void>;
  tryLongerPrompt(head: RunHead): Promise<void>;
  showLog(): void;
  heldOut(id: string): Promise<HeldOut>;
  candidates(id: string): Promise<readonly CandidateSummary[]>;
  candidate(of: { folder: string; id: number }): Promise<CandidateDetails>;
  /** A run on disk as the text of a file. */
  exportRun(id: string, format: ExportFormat): Promise<string>;
  /** The command line that comes with the extension. */
  readonly commandLine: string;
}

/** What the user can do in the panel of a run. */
export type PageActions = Omit<Handlers<PanelMethods>, 'ready'>;

export function pageActions(runs: Runs, services: PageServices, id: string): PageActions {
  const { t } = vscode.l10n;
  /** A message may come late, so the run is looked up for each. */
  const on =
    <A = undefined>(act: (run: RunView, argument: A) => unknown) =>
    async (argument: A): Promise<void> => {
      try {
        await act(await runs.get(id), argument);
      } catch (error) {
        showError(error);
      }
    };
  const copy = async (text: string, message: string): Promise<void> => {
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(message, 2000);
  };
  /** The file that the page shows rows of. */
  let dataFile: string | undefined;
  return {
    pause: on(() => runs.pause(id)),
    continue: on(() => runs.continue(id)),
    stop: on(() => runs.stop(id)),
    rankNow: on(() => runs.rankNow(id)),
    resume: on(() => vscode.commands.executeCommand('rlprompt.resumeRun', id)),
    insert: on(({ head, rows }, which: RowReference & { form: InsertForm }) => services.insert(head, rowOf(rows, which), which.form)),
    copy: on(({ rows }, which: RowReference) => copy(rowOf(rows, which).prompt, t('Prompt copied'))),
    evaluate: on((_, prompt: string) => services.evaluate(id, prompt)),
    transfer: on(() => services.transfer(id)),
    compare: on(() => services.compare(id)),
    export: on(({ head }, format: ExportFormat) => exportTable(head, format, () => services.exportRun(id, format))),
    copyCommand: on(async ({ head: { summary, step } }) => {
      const task = parseTask(await readFile(join(id, 'task.json'), 'utf8'), id);
      const specFile = vscode.workspace.asRelativePath(task.specFile, false);
      const command = reproduceCommand(task, { specFile, ...(summary && { result: { ...summary, steps: step } }) });
      await copy(
        command.replace(/^npx rlprompt/, () => `node ${quote(services.commandLine)}`),
        t('Command copied'),
      );
    }),
    openSpec: on(({ head }) => vscode.window.showTextDocument(vscode.Uri.file(head.specFile), { viewColumn: vscode.ViewColumn.One })),
    tryLabelWords: on(({ head }) => services.tryLabelWords(head)),
    editSpec: on(({ head }, step: NextStep) => (step === 'length' ? services.tryLongerPrompt(head) : editSpec(head.specFile, step))),
    showLog: on(() => services.showLog()),
    heldOutOf: (run: string) => services.heldOut(run),
    heldOut: async () => {
      const held = await services.heldOut(id);
      dataFile = held.file;
      return held;
    },
    candidates: () => services.candidates(id),
    candidate: (candidate: number) => services.candidate({ folder: id, id: candidate }),
    openRow: on((_, line: number) => dataFile !== undefined && openLine(dataFile, line)),
  };
}

const PICK_MODEL = 'rlprompt.pickModel';

const PLACES: Readonly<Record<NextStep, JSONPath>> = {
  labels: ['labels'],
  length: ['prompt', 'length'],
  data: ['data'],
  model: ['taskModel'],
};

/** The model has a picker of its own. */
async function editSpec(specFile: string, step: NextStep): Promise<void> {
  if (step === 'model' && (await vscode.commands.getCommands(true)).includes(PICK_MODEL))
    await vscode.commands.executeCommand(PICK_MODEL, vscode.Uri.file(specFile));
  else await openSpecAt(specFile, PLACES[step]);
}

/** Opens a spec with the value of a field selected, as far as the spec has it. */
async function openSpecAt(specFile: string, path: JSONPath): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(specFile));
  const tree = parseTree(document.getText());
  const node = tree && (findNodeAtLocation(tree, path) ?? findNodeAtLocation(tree, path.slice(0, -1)));
  const [from, length] = node ? [node.offset, node.length] : [0, 0];
  const selection = new vscode.Range(document.positionAt(from), document.positionAt(from + length));
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, selection });
}

async function openLine(file: string, line: number): Promise<void> {
  const at = new vscode.Position(line - 1, 0);
  const selection = new vscode.Range(at, at);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { viewColumn: vscode.ViewColumn.One, selection });
}

function rowOf(rows: readonly PromptRow[], { row, prompt }: RowReference): PromptRow {
  const found = rows[row]?.prompt === prompt ? rows[row] : rows.find((candidate) => candidate.prompt === prompt);
  if (!found) throw new Error(vscode.l10n.t('The table no longer has this prompt.'));
  return found;
}
