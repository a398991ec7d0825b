import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../../src/files/replaceFile';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-replace-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a replaced file', () => {
  it('has the new content and the mode asked for, with nothing beside it', () => {
    const file = join(folder, 'a');
    replaceFile(file, 'one');
    replaceFile(file, Buffer.from('two'), 0o600);
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  it('stays when it cannot be replaced', () => {
    expect(() => replaceFile(join(folder, 'missing', 'a'), 'one')).toThrow(expect.objectContaining({ code: 'ENOENT' }) as Error);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('stays whole when the disk takes only a part of the new content', () => {
    const program = join(folder, 'replace.cjs');
    const entryPoints = [join(__dirname, '../../../src/files/replaceFile.ts')];
    const { outputFiles } = buildSync({ entryPoints, bundle: true, platform: 'node', format: 'cjs', write: false });
    const run = 'try { replaceFile(process.argv[2], Buffer.alloc(900_000)) } catch (error) { console.log(error.code) }';
    writeFileSync(program, `${outputFiles[0]!.text}\n${run}`);
    const file = join(folder, 'a');
    replaceFile(file, 'one');
    // The shell lets files grow to 100 KiB: the first write is cut short there without an error, as on a full disk.
    const output = execFileSync('bash', ['-c', 'ulimit -f 100; "$0" "$1" "$2"', process.execPath, program, file], { encoding: 'utf8' });
    expect(output.trim()).toBe('EFBIG');
    expect(readFileSync(file, 'utf8')).toBe('one');
    expect(readdirSync(folder).sort()).toEqual(['a', 'replace.cjs']);
  });
});
