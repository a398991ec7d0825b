import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { ChatLayout } from '../../../../src/model/local/chat/chatLayout';
import { ChatTemplate } from '../../../../src/model/local/chat/chatTemplate';
import { CachedGraphs } from '../../../../src/model/local/graphs/cachedGraphs';
import { readModel } from '../../../../src/model/local/modelFolder';
import { PrefixTaskModel } from '../../../../src/model/local/prefixTaskModel';
import { WholeRowTaskModel } from '../../../../src/model/local/wholeRowTaskModel';
import { openExperiment, type Experiment, type OpenOptions } from '../../../../src/run/open/experiment';
import { searchContext } from '../../../../src/run/open/experiment';
import { policySearch } from '../../../../src/search/policySearch';
import { randomSearch } from '../../../../src/search/randomSearch';
import { TaskError } from '../../../../src/spec/problem';
import { readSpec } from '../../../../src/spec/spec';
import { temporaryFolder } from '../../../run/commandLine';
import { parseTemplate, type Message } from '../../../../src/spec/template';
import { furthest } from './expectedScores';
import { ModelCopy } from './modelCopy';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROWS = [
  ['The film is great.', 'good'],
  ['A small film of the world.', 'good'],
  ['The plot is a mess.', 'bad'],
  ['In short: terrible music.', 'bad'],
];
const CHAT = [
  { role: 'system', content: '{prompt}' },
  { role: 'user', content: '{input}' },
];
const BEHIND = [{ role: 'user', content: '{input} {prompt}' }];
const TURNS =
  "{% for message in messages %}{{ '<' ~ message.role[0] ~ '>' ~ (message.content | trim) ~ '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<a>' }}{% endif %}";

async function open(taskModel: string, more: object = {}, options: OpenOptions = {}): Promise<Experiment> {
  for (const split of ['train', 'validation', 'test']) {
    const rows = ROWS.flatMap(([text, label]) => Array.from({ length: 4 }, (_, i) => `"${text} ${split} ${i}",${label}`));
    writeFileSync(join(folder, `${split}.csv`), ['text,label', ...rows].join('\n'));
  }
  const spec = {
    data: { train: 'train.csv', validation: 'validation.csv', test: 'test.csv', input: 'text', label: 'label' },
    labels: { good: 'great', bad: 'terrible' },
    template: CHAT,
    prompt: { length: 2 },
    taskModel,
    policyModel: 'bundled:causal',
    policy: { hiddenSize: 16 },
    ...more,
  };
  const file = join(folder, 'x.prompt-task.json');
  writeFileSync(file, JSON.stringify(spec, null, 2));
  return openExperiment(await readSpec(file), { threads: 1 }, options);
}

async function refusal(opening: Promise<unknown>): Promise<TaskError> {
  const error: unknown = await opening.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(TaskError);
  return error as TaskError;
}

const chatModel = (name: string): ModelCopy => new ModelCopy(name).json('tokenizer_config.json', { chat_template: TURNS });

describe('a chat on a model of a folder', () => {
  it.each(['gpt2', 'llama', 'gemma2'])('model %s: prompts are scored, read back as text and judged', async (name) => {
    const experiment = await open(chatModel(name).reference);
    const scorer = experiment.scorer('train');
    const actions = experiment.actions.filter((_, i) => i % 97 === 0).slice(0, 8);
    for (let i = 0; i + 1 < actions.length; i += 2) {
      const sampled = [actions[i]!, actions[i + 1]!];
      const ids = experiment.toTask(sampled);
      const text = experiment.prompt(ids).prompt;
      expect(text).toMatch(/^\S+ \S+$/);
      expect(experiment.encodePrompt(text)).toEqual(ids);
      expect(experiment.admits!(sampled)).toBe(true);
      expect(experiment.roundTrip(ids), text).toBe(true);
      expect(await experiment.perplexity(ids)).toBeGreaterThan(1);
      const [score] = await scorer.score([ids]);
      expect(Math.abs(score!.gap)).toBeLessThanOrEqual(1);
    }
    const [first, second] = await scorer.score([[], experiment.toTask(actions.slice(0, 2))]);
    expect(first!.gap).not.toBe(second!.gap);
    await experiment.release();
  });

  it('is scored as the same text written by hand', async () => {
    // With an answer that begins with a space, as a label word after a text does.
    const spaced = TURNS.replace("'>' ~ (", "'>' ~ (' ' if message.role == 'assistant' else '') ~ (");
    const model = new ModelCopy('gpt2').write('chat_template.jinja', spaced).reference;
    const chat = await open(model, { template: BEHIND });
    const text = await open(model, { template: '<u>{input} {prompt}\n<a>' });
    for (const prompt of ['great film', 'the']) {
      const [a] = await chat.scorer('train').score([chat.encodePrompt(prompt)]);
      const [b] = await text.scorer('train').score([text.encodePrompt(prompt)]);
      expect(a!.gap).toBeCloseTo(b!.gap, 5);
    }
    await Promise.all([chat.release(), text.release()]);
  });

  it.each(['gpt2', 'llama', 'gemma2', 'qwen2'])('model %s: a chat whose input comes first is read once for all prompts', async (name) => {
    const folder = await readModel(chatModel(name).reference, '.');
    const { parts: _, turns = [] } = parseTemplate(BEHIND as readonly Message[]);
    const template = ChatTemplate.of(folder.chat, new Date(0))!;
    const layout = new ChatLayout(turns, template, folder.tokenizer, folder.context, 8);
    const labels = folder.tokenizer.wordIds(true).slice(0, 3);
    const [once, whole] = [
      await PrefixTaskModel.open(folder, layout, 't', labels, { threads: 1 }),
      await WholeRowTaskModel.open(folder, layout, 't', labels, { threads: 1 }),
    ];
    const texts = ['A film.', 'The plot of it is a mess, and a long one.', 'Fine'];
    const prompts = ['', 'great film', 'the', 'x', 'In short: it'].map((text) => layout.encodePrompt(text));
    const answers = vi.spyOn(CachedGraphs.prototype, 'answer');
    const scores = await once.score(prompts, once.rows(texts), [0, 1, 2]);
    // Prompts behind a text that is kept, and few texts that are read whole.
    const kept = answers.mock.calls.filter(([, past]) => past !== undefined).flatMap(([rows]) => rows);
    expect(kept.length).toBeGreaterThanOrEqual(9);
    expect(Math.max(...kept.map((row) => row.length))).toBeLessThan(16);
    answers.mockRestore();
    const expected = await whole.score(prompts, whole.rows(texts), [0, 1, 2]);
    expect(furthest(scores, expected)).toBeLessThan(2e-3);
    await Promise.all([once.release(), whole.release()]);
  });

  it('samples no prompt that the template changes, of all tokens either', async () => {
    // This template writes no "e": most prompts are changed.
    const source = TURNS.replace('message.content | trim', "message.content | trim | replace('e', '')");
    const model = new ModelCopy('gpt2').write('chat_template.jinja', source);
    const experiment = await open(model.reference, { prompt: { length: 2, tokens: 'all' }, search: { preset: 'paper', steps: 3 } });
    const seen: string[] = [];
    const context = searchContext(experiment, 0, 100_000);
    const spied = {
      ...context,
      toTask: (ids: readonly number[]) => {
        const task = context.toTask(ids);
        seen.push(experiment.prompt(task).prompt);
        return task;
      },
    };
    for (const kind of [policySearch, randomSearch]) {
      const search = await kind.open(spied);
      await search.advance();
      await search.release();
    }
    expect(seen.length).toBeGreaterThan(20);
    for (const prompt of seen) {
      expect(prompt).not.toContain('e');
      expect(prompt).toBe(prompt.trim());
      expect(experiment.roundTrip(experiment.encodePrompt(prompt)), prompt).toBe(true);
    }
    await experiment.release();
  });

  it('reads the template of its own file before that of tokenizer_config.json, and the default of a list', async () => {
    const list = [
      { name: 'tool_use', template: "{{ raise_exception('tools') }}" },
      { name: 'default', template: TURNS },
    ];
    const key = async (model: ModelCopy): Promise<string> => {
      const experiment = await open(model.reference);
      const { key } = (experiment.scorer('train') as unknown as { model: { key: string } }).model;
      await experiment.release();
      return key;
    };
    expect(await key(new ModelCopy('gpt2').json('tokenizer_config.json', { chat_template: list }))).toContain(
      JSON.stringify(TURNS).slice(1, 40),
    );
    const both = new ModelCopy('gpt2').json('tokenizer_config.json', { chat_template: "{{ raise_exception('old') }}" });
    await key(both.write('chat_template.jinja', TURNS));
  });

  it('prints the date of a run that is resumed, not of today', async () => {
    const dated = chatModel('gpt2').json('tokenizer_config.json', { chat_template: `{{ strftime_now('%d %b %Y') }}${TURNS}` });
    const gap = async (now: Date): Promise<number> => {
      const experiment = await open(dated.reference, {}, { now });
      const [score] = await experiment.scorer('train').score([experiment.encodePrompt('the film')]);
      await experiment.release();
      return score!.gap;
    };
    expect(await gap(new Date(2026, 0, 2))).toBe(await gap(new Date(2026, 0, 2)));
    expect(await gap(new Date(2026, 0, 2))).not.toBe(await gap(new Date(2025, 10, 30)));
  });

  it.each([
    ['bundled:causal', 'model.noChatTemplate'],
    ['bundled:masked', 'model.noChatTemplate'],
  ])('%s has no chat template: an error at the template', async (model, code) => {
    const { problems } = await refusal(open(model));
    expect(problems).toMatchObject([{ code, field: 'template', line: 13, args: [{ model }] }]);
  });

  it('refuses what the model refuses, in its own words', async () => {
    const strict = new ModelCopy('gpt2').write('chat_template.jinja', "{{ raise_exception('System role not supported') }}");
    const { problems } = await refusal(open(strict.reference));
    expect(problems).toMatchObject([{ code: 'model.chatFails', field: 'template' }]);
    expect(problems[0]!.message).toContain('System role not supported');
    const unnamed = new ModelCopy('gpt2').json('tokenizer_config.json', { chat_template: [{ name: 'rag', template: TURNS }] });
    expect((await refusal(open(unnamed.reference))).problems[0]!.message).toContain('rag');
  });

  it('a chat template that is broken does no harm to a template that is one text', async () => {
    const broken = new ModelCopy('gpt2').json('tokenizer_config.json', { chat_template: '{% for' });
    const experiment = await open(broken.reference, { template: '{input} {prompt}' });
    await experiment.release();
    expect((await refusal(open(broken.reference))).problems).toMatchObject([{ code: 'model.chatFails', field: 'template' }]);
  });
});
