import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { candidates } from '../../src/run/view/candidates';
import type { RunResult } from '../../src/run/result/result';
import { RunFolder } from '../../src/run/store/storage';
import { recordedServer } from '../fixtures/server/replay.mjs';
import { fakeServer, send } from '../unit/model/server/fakeServer';
import { rlprompt, smallTask, temporaryFolder } from './commandLine';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BUDGET = 900;

// The answers are llama.cpp's; a hash of the request decides which of them a request gets that was not recorded (replay.mjs).
it('three searches on the recorded server are in one table, each within its equal budget', { timeout: 300_000 }, async () => {
  const answerTo = recordedServer();
  const server = await fakeServer((request, response) => {
    const found = answerTo(request.path, request.body);
    send(response, found?.status ?? 404, found?.answer ?? { error: { message: 'no such address' } });
  });
  const spec = smallTask(
    folder,
    {
      method: ['rlprompt', 'reflect', 'random'],
      steps: undefined,
      promptsPerStep: undefined,
      validateEvery: undefined,
      queryBudget: BUDGET,
    },
    { taskModel: `openai:bundled-causal@${server.url}`, server: { maxRetries: 0 }, prompt: { length: 2, start: 'Overall' }, compare: [] },
  );
  const out = join(folder, 'run');
  const finished = await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes');
  expect(finished.stderr).toContain('Saved in');
  const { prompts, searches, randomQueries } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
  for (const origin of ['policy', 'reflect', 'random'] as const) {
    const best = prompts.find((prompt) => prompt.origin === origin);
    expect(best?.test?.accuracy, origin).toBeGreaterThanOrEqual(0);
    expect(best!.test!.interval[1], origin).toBeLessThanOrEqual(1);
  }
  expect(searches!.map(({ origin }) => origin)).toEqual(['policy', 'reflect']);
  for (const { origin, queries } of searches!) expect(queries.computed, origin).toBeLessThanOrEqual(BUDGET);
  const [policy, reflect] = searches!;
  expect(randomQueries!.computed).toBeLessThanOrEqual(Math.max(policy!.queries.computed, reflect!.queries.computed));
  expect(reflect!.proposer!.calls).toBeLessThanOrEqual(BUDGET / 20);
  // What the model writes is nonsense: without a block it is refused, and some of the rest wins by luck.
  const tree = candidates(new RunFolder(out));
  expect(tree.some(({ refused }) => refused === 'noBlock')).toBe(true);
  expect(tree.some(({ state, parents }) => state === 'kept' && parents.length > 0)).toBe(true);
});
