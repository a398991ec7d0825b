import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/run/result/result';
import type { CandidateRecord } from '../../src/search/reflect/record';
import { verdictOf } from '../../src/run/result/verdict';
import { fakeServer, send, type Handler } from '../unit/model/server/fakeServer';
import { journal, rlprompt, temporaryFolder } from './commandLine';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const START = 'Answer the customer.';
const SIGNED = 'End with "Regards".';
const SHORT = 'Write at most eight words.';
const ROWS = { train: 12, validation: 12, test: 30 } as const;

/** A model that replies as it is told, and one that improves instructions by nothing but the feedback of the metrics. */
const answer: Handler = (request, response) => {
  const { messages } = request.body;
  if (request.path !== '/v1/chat/completions' || !messages) return send(response, 404, { error: { message: 'no such address' } });
  const asked = messages.map(({ content }) => content).join('\n');
  const content = asked.includes('fenced by three backticks') ? proposed(asked) : reply(asked);
  send(response, 200, { choices: [{ message: { role: 'assistant', content } }], usage: { total_tokens: Math.ceil(asked.length / 4) } });
};

function reply(asked: string): string {
  const [, topic = ''] = /Customer (\S+ \S+)/.exec(asked) ?? [];
  const text = asked.includes(SHORT)
    ? `About ${topic}: we look into it.`
    : `About ${topic}: we are sorry, and look into it as soon as ever we can.`;
  return asked.includes(SIGNED) ? `${text} Regards` : text;
}

function proposed(asked: string): string {
  const [, instruction = ''] = /```\n([^]*?)\n```/.exec(asked) ?? [];
  const feedback = [...asked.matchAll(/^Feedback: (.*)$/gm)].map(([, reason]) => reason).join('\n');
  const rule =
    /signed:.*Regards/.test(feedback) && !instruction.includes(SIGNED) ? SIGNED : /length:.*words/.test(feedback) ? SHORT : 'Be kind.';
  return `The feedback says what is missing.\n\`\`\`\n${instruction} ${rule}\n\`\`\``;
}

function task(path: string, url: string): string {
  let next = 0;
  for (const [split, rows] of Object.entries(ROWS)) {
    const lines = Array.from({ length: rows }, () => `"Customer ${1000 + next} ${['parcel', 'refund', 'login'][next++ % 3]} is late"`);
    writeFileSync(join(path, `${split}.csv`), ['text', ...lines].join('\n'));
  }
  const spec = {
    kind: 'generation',
    data: {
      train: 'train.csv',
      validation: 'validation.csv',
      test: 'test.csv',
      rowsPerClass: { train: ROWS.train, validation: ROWS.validation },
    },
    template: [{ role: 'user', content: '{prompt}\n\n{input}' }],
    generation: { maxTokens: 30, samples: 1, temperature: 0 },
    metrics: [
      { type: 'contains', name: 'signed', value: 'Regards' },
      { type: 'word-count', name: 'length', value: { min: 3, max: 9 } },
    ],
    taskModel: `openai:tiny@${url}`,
    server: { maxRetries: 0 },
    policy: { hiddenSize: 32 },
    prompt: { start: START, length: 3 },
    search: { method: ['rlprompt', 'reflect', 'random'], generationBudget: 500, steps: 30, promptsPerStep: 4 },
  };
  const file = join(path, 'replies.prompt-task.json');
  writeFileSync(file, JSON.stringify(spec, null, 2));
  return file;
}

describe('a search by reflection on generated texts', () => {
  it('goes from a spec to a table: the proposer learns from the reasons of the metrics', { timeout: 300_000 }, async () => {
    const server = await fakeServer(answer);
    const path = join(folder, 'replies');
    mkdirSync(path);
    const spec = task(path, server.url);
    const out = join(path, 'run');
    const finished = await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes');
    expect(finished.stderr).toContain('A model proposes prompts');
    expect(finished.status).toBe(0);
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
    const [winner] = result.prompts;
    expect(winner!.origin).toBe('reflect');
    for (const rule of [START, SIGNED, SHORT]) expect(winner!.prompt).toContain(rule);
    expect(winner!.test!.metrics).toEqual([
      { name: 'signed', score: 1 },
      { name: 'length', score: 1 },
    ]);
    const own = result.prompts.find(({ origin }) => origin === 'manual')!;
    expect(own.test!.metrics![0]!.score).toBe(0);
    expect(verdictOf(result)).toMatchObject({ kind: 'better' });
    expect(new Set(result.prompts.map(({ origin }) => origin))).toEqual(new Set(['policy', 'reflect', 'manual', 'none', 'random']));
    expect(Math.max(...result.searches!.map(({ queries }) => queries.computed))).toBeLessThanOrEqual(500);

    // Requests show what was written and why a metric gave less than everything, and no other reason.
    const asked = server.received.map(({ body }) => body.messages!.map(({ content }) => content).join('\n'));
    const requests = asked.filter((text) => text.includes('fenced by three backticks'));
    expect(requests).toHaveLength(result.searches![1]!.proposer!.calls);
    const first = requests.find((text) => text.includes('Feedback: '))!;
    expect(first).toMatch(/Got: About \d{4} \w+: we are sorry, .*\nFeedback: signed: .*Regards.*; length: .*\d+ words/);
    expect(requests.filter((text) => text.includes(SIGNED) && /Feedback: signed/.test(text.slice(text.indexOf('Input:'))))).toEqual([]);
    // Validation rows and held-out ones are in none.
    const numbers = requests.flatMap((text) => [...text.matchAll(/Input: Customer (\d{4})/g)].map(([, number]) => Number(number)));
    expect(Math.max(...numbers)).toBeLessThan(1000 + ROWS.train);

    const records = readFileSync(join(out, 'candidates.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as CandidateRecord);
    const kept = records.find(({ text, gate }) => gate?.passed && text?.includes(SIGNED))!;
    expect(kept.reason).toBe('The feedback says what is missing.');
    expect(kept.gate!.rows[0]!.child!.got).toContain('Regards');
    // The same again gives the same, from the stored answers.
    const again = join(path, 'again');
    expect((await rlprompt('optimize', spec, '--out', again, '--threads', '1', '--yes')).status).toBe(0);
    expect(journal(again)).toEqual(journal(out));
  });
});
