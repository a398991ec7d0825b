import { mkdirSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The folder beside a spec that holds runs and scores of servers. */
const OWN = '.rlprompt';

/** Makes a folder; where it lies in `.rlprompt`, that gets a `.gitignore`, so that no run is committed by accident. */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true });
  const parts = path.split(sep);
  const at = parts.lastIndexOf(OWN);
  if (at < 0) return;
  try {
    writeFileSync(join(parts.slice(0, at + 1).join(sep), '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    // A user's own file stays.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
