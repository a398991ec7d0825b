import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from '../../../src/files/ownFolder';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-own-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('.rlprompt gets a .gitignore with its first folder, and keeps one that the user has changed', () => {
  const ignored = join(folder, '.rlprompt', '.gitignore');
  makeFolder(join(folder, '.rlprompt', 'runs', 'one'));
  expect(readFileSync(ignored, 'utf8')).toBe('*\n');
  writeFileSync(ignored, 'cache\n');
  makeFolder(join(folder, '.rlprompt', 'runs', 'two'));
  expect(existsSync(join(folder, '.rlprompt', 'runs', 'two'))).toBe(true);
  expect(readFileSync(ignored, 'utf8')).toBe('cache\n');
});

it('other folders get none', () => {
  makeFolder(join(folder, 'runs', 'one'));
  expect(existsSync(join(folder, 'runs', '.gitignore'))).toBe(false);
  expect(existsSync(join(folder, '.gitignore'))).toBe(false);
});
