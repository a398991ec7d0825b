import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-update-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('processes that add to one file of a run at once lose nothing', async () => {
  const program = join(folder, 'add.cjs');
  const contents = `
    import { RunFolder } from './store/storage';
    const [, , folder, name] = process.argv;
    const add = (i) => i < 20 && new RunFolder(folder).update('evaluated.json', Array.isArray, (before = []) => [...before, name + i]).then(() => add(i + 1));
    void add(0);`;
  const resolveDir = join(__dirname, '../../../src/run');
  buildSync({
    stdin: { contents, resolveDir },
    outfile: program,
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node'],
  });
  await Promise.all(['a', 'b'].map((name) => promisify(execFile)(process.execPath, [program, join(folder, 'run'), name])));
  const kept = JSON.parse(readFileSync(join(folder, 'run', 'evaluated.json'), 'utf8')) as string[];
  expect(kept).toHaveLength(40);
  expect(readdirSync(join(folder, 'run'))).toEqual(['evaluated.json']);
});
