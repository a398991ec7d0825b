import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { PromptResult } from '../../src/run/result/result';
import { word } from '../../src/wording/wording';
import { rlprompt, smallTask, temporaryFolder } from './commandLine';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('evaluates a prompt with the label words of a run and keeps its scores there; a report that cannot be written says why', async () => {
  const run = join(folder, 'run');
  const spec = smallTask(folder, { steps: 3 });
  expect((await rlprompt('optimize', spec, '--out', run, '--threads', '1')).status).toBe(0);
  const file = join(folder, 'nowhere', 'run.html');
  const unwritten = await rlprompt('report', run, '--html', file);
  expect(unwritten.status).toBe(1);
  expect(unwritten.stderr).toContain(word('run.cannotWriteFile', { file, code: 'ENOENT', reason: '' }));
  const { status, stdout } = await rlprompt('evaluate', run, '--prompt', 'It was', '--json', '--threads', '1');
  expect(status).toBe(0);
  const prompts = (text: string): PromptResult[] => (JSON.parse(text) as { prompts: PromptResult[] }).prompts;
  const [ofRun, evaluated] = [prompts(readFileSync(join(run, 'result.json'), 'utf8')), prompts(stdout)];
  const none = (all: PromptResult[]) => all.find(({ origin }) => origin === 'none')!.test;
  expect(none(evaluated)).toEqual(none(ofRun));
  const kept = JSON.parse(readFileSync(join(run, 'evaluated.json'), 'utf8')) as PromptResult[];
  expect(kept.map(({ prompt, test }) => [prompt, test])).toEqual([['It was', evaluated.find(({ prompt }) => prompt === 'It was')!.test]]);
});
