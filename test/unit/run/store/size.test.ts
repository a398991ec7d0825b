import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sizeText } from '../../../../src/run/store/size';
import { word } from '../../../../src/wording/wording';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlprompt-size-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('tells the results of rows from everything else', () => {
  writeFileSync(join(folder, 'rows.bin'), Buffer.alloc(5000));
  writeFileSync(join(folder, 'evaluated-rows.bin'), Buffer.alloc(600));
  writeFileSync(join(folder, 'events.jsonl'), Buffer.alloc(70_000));
  mkdirSync(join(folder, 'lock'));
  expect(sizeText(folder)).toBe(word('run.size', { rows: 5600, others: 70_000 }));
});

it('is nothing of a run that was deleted', () => {
  expect(sizeText(join(folder, 'gone'))).toBe(word('run.size', { rows: 0, others: 0 }));
});
