import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Measured {
  /** Milliseconds. */
  readonly eventLoopDelay: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly load: number;
  readonly activate: number;
}

/** How late the extension host's event loop is while a run trains, in a real VS Code; prints Markdown, returns the exit status. */
export function measureEditor(): number {
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-editor-'));
  const file = join(folder, 'measured.json');
  try {
    const { status } = spawnSync(process.execPath, ['test/vscode/run.mjs', '--only', 'the editor stays smooth'], {
      env: { ...process.env, RLPROMPT_EDITOR_RESULT: file },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== 0) return 1;
    const { eventLoopDelay: delay, load, activate } = JSON.parse(readFileSync(file, 'utf8')) as Measured;
    const ms = (value: number): string => value.toFixed(1);
    console.log('\n### Extension host while a run of 60 steps trains, milliseconds\n');
    console.log('| event-loop delay, p50 | p99 | max | loading the bundle | activation |\n|---|---|---|---|---|');
    console.log(`| ${ms(delay.p50)} | ${ms(delay.p99)} | ${ms(delay.max)} | ${ms(load)} | ${ms(activate)} |`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
