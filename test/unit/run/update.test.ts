import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'rlprompt-update-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('processes that add evaluated prompts at once lose none', async () => {
  const program = join(folder, 'evaluate.cjs');
  const contents = `
    import { RunFolder } from './store/storage';
    import { keepEvaluated } from './start';
    const [, , folder, name] = process.argv;
    const add = (i) => i < 20 && keepEvaluated(new RunFolder(folder), [{ prompt: name + i }]).then(() => add(i + 1));
    void add(0);`;
  const resolveDir = join(__dirname, '../../../src/run');
  buildSync({ stdin: { contents, resolveDir }, outfile: program, bundle: true, platform: 'node', external: ['onnxruntime-node'] });
  await Promise.all(['a', 'b'].map((name) => promisify(execFile)(process.execPath, [program, join(folder, 'run'), name])));
  const kept = JSON.parse(readFileSync(join(folder, 'run', 'evaluated.json'), 'utf8')) as { prompt: string }[];
  expect(kept).toHaveLength(40);
  expect(readdirSync(join(folder, 'run'))).toEqual(['evaluated.json']);
});
