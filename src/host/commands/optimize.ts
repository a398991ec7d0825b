import * as vscode from 'vscode';
import { parse } from 'jsonc-parser';
import type { Panels } from '../panel/panels';
import type { RunHead } from '../../run/view/runView';
import type { Runs } from '../runs/runs';
import { isDataFile } from '../spec/dataFiles';
import type { Look } from '../spec/specService';
import { openSpec, pickSpec, SPEC_ENDING } from './pickSpec';
import { mayRun } from './trust';

export interface NewTasks {
  /** Writes a spec for a data file (or one that the user picks) and opens it; undefined if the user cancels. */
  fromDataset(file?: vscode.Uri): Promise<vscode.Uri | undefined>;
  /** Copies the sample task into a folder and opens its spec. */
  sample(): Promise<vscode.Uri | undefined>;
  /** What is wrong with a new spec, or what its data holds. */
  look(text: string, file: string): Promise<Look>;
}

/**
 * `Optimize Prompt`: runs the given spec or data file, else the spec or data file in the active editor, else one that the user picks.
 * A new spec runs only once the user agrees.
 */
export async function optimize(runs: Runs, panels: Panels, newTasks: NewTasks, file?: vscode.Uri): Promise<void> {
  const chosen = await choose(newTasks, file);
  if (!chosen) return;
  if (chosen.isNew && !(await confirmStart(newTasks, chosen.spec))) return;
  await startRun(runs, panels, chosen.spec);
}

/** Offers to run a new spec. */
export async function offerStart(runs: Runs, panels: Panels, newTasks: NewTasks, made: Promise<vscode.Uri | undefined>): Promise<void> {
  const spec = await made;
  if (spec && (await confirmStart(newTasks, spec))) await startRun(runs, panels, spec);
}

async function startRun(runs: Runs, panels: Panels, spec: vscode.Uri): Promise<void> {
  if (!(await mayRun())) return;
  const document = await vscode.workspace.openTextDocument(spec);
  if (document.isDirty && !(await document.save())) return;
  const ids = seeds(document.getText()).map((seed) => runs.optimize(spec.fsPath, seed));
  await panels.show(ids[0]!);
}

/** `Try Other Label Words`: runs the spec of a run with its seed again, and searches for label words first. */
export async function tryLabelWords(runs: Runs, panels: Panels, { specFile, seed }: Pick<RunHead, 'specFile' | 'seed'>): Promise<void> {
  if (await mayRun()) await panels.show(runs.optimize(specFile, seed, true));
}

/** `A Longer Prompt`: runs the spec of a run with its seed again, with prompts that are one token longer, once the user agrees. */
export async function tryLongerPrompt(
  runs: Runs,
  panels: Panels,
  { name, specFile, seed, promptLength }: Pick<RunHead, 'name' | 'specFile' | 'seed' | 'promptLength'>,
): Promise<void> {
  if (!(await mayRun())) return;
  const { t } = vscode.l10n;
  const start = t('Start');
  const length = promptLength + 1;
  const detail = t('The spec stays as it is. To keep the length, set "prompt.length" in it.');
  const question = t('Run {0} again with prompts of {1} tokens?', name, length);
  if ((await vscode.window.showInformationMessage(question, { modal: true, detail }, start)) === start)
    await panels.show(runs.optimize(specFile, seed, false, length));
}

async function choose(newTasks: NewTasks, file?: vscode.Uri): Promise<{ spec: vscode.Uri; isNew: boolean } | undefined> {
  if (file && !file.path.endsWith(SPEC_ENDING)) return made(await newTasks.fromDataset(file));
  const spec = file ?? openSpec();
  if (spec) return { spec, isNew: false };
  const open = vscode.window.activeTextEditor?.document;
  if (open?.uri.scheme === 'file' && isDataFile(open.fileName, () => open.getText())) return made(await newTasks.fromDataset(open.uri));
  const picked = await pickSpec(vscode.l10n.t('Optimize the prompt of which task?'), true);
  if (picked === undefined) return undefined;
  if (picked === 'newTask') return made(await newTasks.fromDataset());
  if (picked === 'sampleTask') return made(await newTasks.sample());
  return { ...picked, isNew: false };
}

function made(spec: vscode.Uri | undefined): { spec: vscode.Uri; isNew: true } | undefined {
  return spec && { spec, isNew: true };
}

async function confirmStart(newTasks: NewTasks, spec: vscode.Uri): Promise<boolean> {
  const { t } = vscode.l10n;
  const name = vscode.workspace.asRelativePath(spec);
  const { error, data } = await newTasks.look((await vscode.workspace.openTextDocument(spec)).getText(), spec.fsPath);
  if (error) {
    const place = error.field === undefined ? error.message : `${error.field}: ${error.message}`;
    void vscode.window.showErrorMessage(t('{0} needs a change before it can run: {1}.', name, place));
    return false;
  }
  const start = t('Start');
  const question = t('{0} is ready. Start the search for a better prompt?', name);
  // A dialog: a notification would be gone before its lines are read.
  const detail = data.map((line) => `${line}.`).join('\n');
  return (await vscode.window.showInformationMessage(question, { modal: true, detail }, start)) === start;
}

/** The seeds in a spec; the engine reports what is wrong with them. */
function seeds(text: string): number[] {
  const { search } = (parse(text) ?? {}) as { search?: { seed?: unknown; seeds?: unknown } };
  const several = Array.isArray(search?.seeds) ? search.seeds.filter((seed) => typeof seed === 'number') : [];
  return several.length > 0 ? several : [typeof search?.seed === 'number' ? search.seed : 0];
}
