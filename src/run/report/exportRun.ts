import { heldOut } from '../view/heldOut';
import { readRun } from '../store/history';
import { RunFolder } from '../store/storage';
import { htmlReport } from './html';
import { csvTable, markdownReport } from './report';

export type ExportFormat = 'csv' | 'markdown' | 'html';

/** A run on disk as the text of a file, whatever its state. @throws CodedError when the folder is not a run */
export async function exportRun(folder: string, format: ExportFormat): Promise<string> {
  const { view } = await readRun(folder);
  const { head, rows } = view;
  if (format === 'csv') return csvTable(rows, head.verdict);
  if (format === 'markdown') return markdownReport(head, rows);
  const held = await heldOut(new RunFolder(folder)).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  return htmlReport(view, held);
}
