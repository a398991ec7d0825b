import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { word } from '../../wording/wording';
import { EVALUATED_ROWS, EVALUATED_TEXTS, ROWS, TEXTS } from './rows/names';

const OF_ROWS: readonly string[] = [ROWS, EVALUATED_ROWS, TEXTS, EVALUATED_TEXTS];

/** What a run takes on disk, for display: the results of rows, and everything else. */
export function sizeText(folder: string): string {
  const size = { rows: 0, others: 0 };
  for (const name of names(folder)) {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stats?.isFile()) size[OF_ROWS.includes(name) ? 'rows' : 'others'] += stats.size;
  }
  return word('run.size', size);
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Deleted meanwhile.
    return [];
  }
}
