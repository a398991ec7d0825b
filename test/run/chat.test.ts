import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/run/result/result';
import { word, worded } from '../../src/wording/wording';
import { chatCompletion, fakeServer, send, type Handler } from '../unit/model/server/fakeServer';
import { journal, rlprompt, smallTask, start, temporaryFolder, untilJournal } from './commandLine';
import { pattern, problemAt, SOME } from './messages';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TEMPLATE = [
  { role: 'system', content: '{prompt}' },
  { role: 'user', content: '{input}' },
];
const TURNS =
  "{{ strftime_now('%S') }}{% for m in messages %}{{ m.role[0] ~ ':' ~ (m.content | trim) ~ '\\n' }}{% endfor %}{% if add_generation_prompt %}a:{% endif %}";

function result(out: string): RunResult {
  return JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as RunResult;
}

describe('a run with a chat', () => {
  it('resumes on a model of a folder with the same trace, though its template prints the time', async () => {
    const model = join(folder, 'model');
    cpSync('test/models/gpt2', model, { recursive: true });
    writeFileSync(join(model, 'chat_template.jinja'), TURNS);
    const search = { steps: 14, queryBudget: 1500 };
    const spec = smallTask(folder, search, { taskModel: `folder:${model}`, template: TEMPLATE });
    const out = join(folder, 'run');
    const run = start('optimize', spec, '--out', out, '--threads', '1');
    await untilJournal(run, out, (text) => text.split('\n').length > 8);
    run.child.kill('SIGKILL');
    await run.finished;
    // From the same moment once more, by resuming a copy that has done nothing yet.
    const whole = join(folder, 'whole');
    cpSync(out, whole, { recursive: true, filter: (path) => !/events\.jsonl$|checkpoint$|rows\.bin$|lock/.test(path) });
    writeFileSync(join(whole, 'events.jsonl'), '');
    expect((await rlprompt('optimize', '--resume', out)).status).toBe(0);
    expect((await rlprompt('optimize', '--resume', whole)).status).toBe(0);
    expect(journal(out)).toEqual(journal(whole));
    expect(result(out).template).toBe('system: {prompt}\nuser: {input}');
    for (const { prompt, origin, roundTrip } of result(out).prompts)
      if (origin === 'policy' || origin === 'random') expect(roundTrip, prompt).toBe(true);
  });

  it('sends the messages to a server', async () => {
    const chats: { role: string; content: string }[][] = [];
    const model: Handler = (request, response) => {
      if (request.path !== '/v1/chat/completions') return send(response, 404, { error: 'no such address' });
      const messages = request.body.messages!;
      chats.push(messages);
      const share = (JSON.stringify(messages).length % 7) / 7;
      const filler = Object.fromEntries(Array.from({ length: 18 }, (_, i) => [`w${i}`, -9 - i]));
      send(response, 200, chatCompletion('great', { great: -1 - share, terrible: -2 + share, ...filler }));
    };
    const server = await fakeServer(model);
    const spec = smallTask(folder, { steps: 6, queryBudget: 800 }, { taskModel: `openai:tiny@${server.url}`, template: TEMPLATE });
    const out = join(folder, 'server');
    const finished = await rlprompt('optimize', spec, '--out', out, '--threads', '1', '--yes', '--no-random');
    expect(finished.stderr).toMatch(pattern(`${word('server.byChat', { top: SOME })}.`));
    expect(finished.status).toBe(0);
    const sent = new Set(chats.map((messages) => messages.map(({ role }) => role).join()));
    expect([...sent].sort()).toEqual(['system,user', 'user']);
    const prompts = new Set(chats.flatMap((messages) => messages.filter(({ role }) => role === 'system').map(({ content }) => content)));
    expect(prompts).toContain('Overall');
    for (const prompt of prompts) expect(prompt).toBe(prompt.trim());
  });

  it('ends with file, line and field where the model has no chat template', async () => {
    const spec = smallTask(folder, {}, { template: TEMPLATE });
    const { status, stderr } = await rlprompt('optimize', spec, '--out', join(folder, 'none'));
    expect(status).not.toBe(0);
    const error = problemAt(spec, 'template', worded('model.noChatTemplate', { model: 'bundled:causal' }));
    expect(error).toMatch(/small\.prompt-task\.json:\d+:3: /);
    expect(stderr).toContain(error);
  });
});
