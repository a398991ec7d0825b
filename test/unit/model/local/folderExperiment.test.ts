import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openExperiment, type Experiment } from '../../../../src/run/open/experiment';
import { TaskError } from '../../../../src/spec/problem';
import { readSpec } from '../../../../src/spec/spec';
import { temporaryFolder } from '../../../run/commandLine';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROWS = [
  ['The film is great, the story is good.', 'good'],
  ['A small film of the world.', 'good'],
  ['The plot is a mess, the end is bad.', 'bad'],
  ['In short: terrible music.', 'bad'],
];

async function open(taskModel: string, policyModel: string, more: object = {}, before = ''): Promise<Experiment> {
  for (const split of ['train', 'validation', 'test']) {
    const rows = ROWS.flatMap(([text, label]) => Array.from({ length: 4 }, (_, i) => `"${before}${text} ${split} ${i}",${label}`));
    writeFileSync(join(folder, `${split}.csv`), ['text,label', ...rows].join('\n'));
  }
  const spec = {
    data: { train: 'train.csv', validation: 'validation.csv', test: 'test.csv', input: 'text', label: 'label' },
    labels: { good: 'great', bad: 'terrible' },
    template: '{input} {prompt} {mask} .',
    prompt: { length: 2 },
    taskModel: `folder:${resolve('test/models', taskModel)}`,
    policyModel: `folder:${resolve('test/models', policyModel)}`,
    ...more,
  };
  const file = join(folder, 'x.prompt-task.json');
  writeFileSync(file, JSON.stringify(spec));
  return openExperiment(await readSpec(file), { threads: 1 });
}

describe('an experiment on models of a folder', () => {
  it.each([
    ['bert', 'gpt2'],
    ['albert', 'llama'],
    ['roberta', 'gemma2'],
    ['llama', 'qwen2'],
    ['gpt2-merged', 'opt'],
    ['qwen2-genai', 'qwen2-genai'],
  ])('task model %s, policy model %s: prompts are scored, read back as text and judged', async (taskModel, policyModel) => {
    const experiment = await open(taskModel, policyModel);
    const scorer = experiment.scorer('train');
    const actions = experiment.actions.filter((_, i) => i % 7 === 0).slice(0, 12);
    const states = await experiment.policyModel.states([experiment.policyModel.source]);
    expect(states.every(Number.isFinite)).toBe(true);
    expect(experiment.policyModel.actionEmbedding(actions)).toHaveLength(actions.length * experiment.policyModel.stateSize);
    for (let i = 0; i + 1 < actions.length; i += 2) {
      const sampled = [actions[i]!, actions[i + 1]!];
      const ids = experiment.toTask(sampled);
      const text = experiment.prompt(ids).prompt;
      expect(text).toMatch(/^\S+ \S+$/);
      expect(experiment.encodePrompt(text)).toEqual(ids);
      expect(experiment.roundTrip(ids), text).toBe(true);
      expect(await experiment.perplexity(ids)).toBeGreaterThan(1);
      const [score] = await scorer.score([ids]);
      expect(Math.abs(score!.gap)).toBeLessThanOrEqual(1);
    }
    expect(experiment.prompt([]).prompt).toBe('');
    await experiment.release();
  });

  it.each(['bert', 'gpt2'])(
    'task model %s: long texts leave room for a prompt whose words are of several tokens there',
    async (taskModel) => {
      const experiment = await open(taskModel, '', { policyModel: 'bundled:causal' }, 'the film is great '.repeat(60));
      const length = new Map(experiment.actions.map((id) => [id, experiment.toTask([id]).length]));
      const widest = [...experiment.actions].sort((a, b) => length.get(b)! - length.get(a)!).slice(0, 2);
      const ids = experiment.toTask(widest);
      expect(ids.length).toBeGreaterThan(widest.length);
      const [score] = await experiment.scorer('train').score([ids]);
      expect(Math.abs(score!.gap)).toBeLessThanOrEqual(1);
      const longer = experiment.scorer('train').score([[...ids, ...ids, ...ids]]);
      await expect(longer).rejects.toMatchObject({ code: 'model.tooLong' });
      await experiment.release();
    },
  );

  it('marks a prompt that the task model cannot spell', async () => {
    const experiment = await open('bert', 'gpt2');
    expect(experiment.roundTrip(experiment.encodePrompt('truly great'))).toBe(true);
    expect(experiment.roundTrip(experiment.encodePrompt('фильм'))).toBe(false);
    await experiment.release();
  });

  it('names close words for a label word of several tokens in this tokenizer', async () => {
    const error: unknown = await open('bert', 'gpt2', { labels: { good: 'greater', bad: 'terrible' } }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TaskError);
    expect(String(error)).toMatch(/is \d tokens of the task model; the mask has room for one/);
    expect(String(error)).toContain('"great"');
  });
});
