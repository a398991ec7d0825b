import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { MetricEntry } from '../../src/spec/generation';
import { judge } from '../../src/metrics/combine';
import { openMetrics } from '../../src/metrics/open';
import { loadDataset } from '../../src/data/dataset';
import { readSpec } from '../../src/spec/spec';
import type { RunResult } from '../../src/run/result/result';
import { chatCompletion, fakeServer, send, type Handler } from '../unit/model/server/fakeServer';
import { journal, rlprompt, temporaryFolder } from './commandLine';

const EXAMPLE = 'examples/extraction';
const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The example on a server of the test. */
function onServer(url: string): string {
  const own = join(folder, 'extraction');
  mkdirSync(own, { recursive: true });
  cpSync(EXAMPLE, own, { recursive: true });
  const file = join(own, 'extraction.prompt-task.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"taskModel": "[^"]*"/, `"taskModel": "openai:tiny@${url}"`));
  return file;
}

/** Answers right, with words around the JSON, with a wrong field, or with no JSON, by what the system message says. */
const model: Handler = ({ path, body }, response) => {
  if (path !== '/v1/chat/completions') return send(response, 404, { error: { message: 'no such address' } });
  const text = body.messages!.at(-1)!.content;
  const prompt = body.messages!.length > 1 ? body.messages![0]!.content : '';
  const fields = {
    product: /kettle|lamp|backpack|headset|tent|chair|keyboard|mat/.exec(text)?.[0] ?? 'parcel',
    problem: /refund|money/.test(text) ? 'refund' : /where|late|still/i.test(text) ? 'late' : 'broken',
    urgent: /now|today|tonight|tomorrow/.test(text),
    order: /[A-Z]-\d{5}/.exec(text)?.[0] ?? null,
  };
  const kind = /JSON/.test(prompt) ? 0 : Array.from(prompt).reduce((sum, c) => sum + c.charCodeAt(0), 2) % 4;
  const answers = [
    JSON.stringify(fields, null, 1),
    `Sure! ${JSON.stringify(fields, null, 1)}`,
    JSON.stringify({ ...fields, problem: 'other' }, null, 1),
    `It is about the ${fields.product}.`,
  ];
  send(response, 200, chatCompletion(answers[kind]!, undefined));
};

describe('the example that extracts JSON', () => {
  it('has references that its metrics call right, and other answers that they call worse', async () => {
    const spec = await readSpec(join(EXAMPLE, 'extraction.prompt-task.json'));
    const { splits } = await loadDataset(spec);
    expect([splits.train, splits.validation, splits.test].map(({ texts }) => texts.length)).toEqual([32, 32, 60]);
    const all = Object.values(splits).flatMap(({ texts, references }) => texts.map((input, i) => ({ input, references: references![i]! })));
    expect(new Set(all.map(({ input }) => input)).size).toBe(124);
    const metrics = await openMetrics(
      spec.metrics as readonly MetricEntry[],
      {
        problemAt: spec.problemAt,
        folder: spec.folder,
        references: true,
      } as unknown as Parameters<typeof openMetrics>[1],
    );
    const right = await judge(
      metrics,
      all.map((row) => ({ output: row.references[0]!, row })),
    );
    expect(right.map(({ score }) => score)).toEqual(all.map(() => 1));
    const fenced = await judge(
      metrics,
      all.map((row) => ({ output: `Here it is: ${row.references[0]!}`, row })),
    );
    for (const { score } of fenced) expect(score).toBeLessThan(0.8);
  });

  it('runs on a server and finds a prompt that makes it answer right', { timeout: 180_000 }, async () => {
    const server = await fakeServer(model);
    const spec = onServer(server.url);
    const out = join(dirname(spec), 'run');
    const finished = await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes', '--budget', '900');
    expect(finished.stderr).not.toContain('failed');
    expect(finished.status).toBe(0);
    const chats = server.received.filter(({ path }) => path === '/v1/chat/completions');
    expect(chats.every(({ body }) => body.temperature === 0)).toBe(true);
    const { prompts, queries } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
    expect(queries.computed).toBeLessThanOrEqual(900);
    const of = (origin: string) => prompts.find((prompt) => prompt.origin === origin && prompt.test)!;
    expect(prompts[0]!.test!.accuracy).toBeGreaterThan(of('none').test!.accuracy + 0.2);
    expect(prompts[0]!.test!.metrics!.map(({ name }) => name)).toEqual(['is-json', 'contains-json', 'f1']);
    expect(prompts[0]!.test!.metrics![0]!.score).toBe(1);

    // Again: every answer is known.
    const sent = server.received.length;
    const again = await rlprompt('optimize', spec, '--out', join(dirname(spec), 'again'), '--threads', '1', '--yes', '--budget', '900');
    expect(again.status).toBe(0);
    expect(server.received.length - sent).toBeLessThan(80);
    expect(journal(join(dirname(spec), 'again'))).toEqual(journal(out));
  });
});
