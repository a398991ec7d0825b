import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { RunResult } from '../../src/run/result/result';
import { noteText } from '../../src/wording/note';
import { chatCompletion, fakeServer, send } from '../unit/model/server/fakeServer';
import { journal, rlprompt, smallTask, temporaryFolder } from './commandLine';
import { Kills } from './kills';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KILLS = 3;
const IN_FLIGHT = 8;

it('a run with a judge that is killed keeps counting the calls, and gives the same scores', { timeout: 300_000 }, async () => {
  const kills = new Kills(join(folder, 'killed'));
  const server = await fakeServer((request, response) => {
    kills.heard();
    const output = request.body.messages!.at(-1)!.content;
    send(response, 200, chatCompletion(`{"score": 0.${output.length % 10}}`, undefined));
  });
  const spec = smallTask(
    folder,
    { queryBudget: undefined, generationBudget: 300, steps: 400 },
    {
      kind: 'generation',
      labels: undefined,
      data: {
        ...Object.fromEntries(['train', 'validation', 'test'].map((name) => [name, resolve(`examples/steering/${name}.csv`)])),
        rowsPerClass: { train: 8, validation: 8 },
        testRows: 8,
      },
      template: '{prompt} {input}',
      generation: { maxTokens: 6, samples: 1 },
      metrics: [
        { type: 'llm-rubric', value: { model: `openai:judge@${server.url}`, rubric: 'It is polite.', server: { concurrency: IN_FLIGHT } } },
      ],
    },
  );
  const whole = join(folder, 'whole');
  expect((await rlprompt('optimize', spec, '--out', whole, '--no-random', '--threads', '1', '--yes')).status).toBe(0);
  const straight = server.received.splice(0).length;
  rmSync(join(folder, '.rlprompt'), { recursive: true });
  const killed = join(folder, 'killed');
  await kills.run(spec, KILLS, Math.ceil(straight / KILLS), '--no-random');
  expect(kills.count).toBeGreaterThan(KILLS / 2);
  expect(journal(killed)).toEqual(journal(whole));
  expect(server.received.length).toBeLessThanOrEqual(straight + kills.count * IN_FLIGHT);
  // Every call of all processes but the four that try the judge out.
  const calls = readFileSync(join(killed, 'judge-calls.jsonl'), 'utf8').trimEnd().split('\n');
  expect(new Set(calls)).toEqual(new Set(['"metrics.0"']));
  expect(calls.length).toBeGreaterThanOrEqual(straight - 4);
  expect(calls.length).toBeGreaterThanOrEqual(server.received.length - 4);
  const { notes } = JSON.parse(readFileSync(join(killed, 'result.json'), 'utf8')) as RunResult;
  expect(notes.map(noteText).join('\n')).toContain(`was called ${calls.length.toLocaleString('en-US')} times`);
});
