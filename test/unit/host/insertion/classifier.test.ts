import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { promptClassifier } from '../../../../src/host/insertion/classifier';
import type { InsertionError } from '../../../../src/host/insertion/insertionError';
import type { FoundPrompt } from '../../../../src/host/insertion/found';
import type { ModelCall, TokenCall } from '../../../../src/model/call';
import { readModel } from '../../../../src/model/local/modelFolder';
import { openTask } from '../../../../src/model/openTask';
import { Scorer } from '../../../../src/method/scorer';
import { parseSpec } from '../../../../src/spec/spec';
import { fillTemplate, templateText, type Message } from '../../../../src/spec/template';
import { chatCompletion, completion, fakeServer, send, type Body, type Handler, type Tokens } from '../../model/server/fakeServer';
import { found } from './functions';
import { pythonHas } from './programs';
import { running } from './running';

/** Held-out rows that nobody would like to quote. */
const ROWS = Array.from(
  { length: 50 },
  (_, i) => ['A fine film.', '"So" \\ dull', 'naïve, köstlich', 'a\nb {prompt}', ''][i % 5]! + ` ${i * 7919}`,
);
const CLASSES = ['pos', 'neg', 'it "was" mixed'];
const WORDS = { pos: 'great', neg: 'terrible', 'it "was" mixed': 'unremarkable' };

/** A number from 0 to 1 that depends on a text. */
function chance(text: string, salt: string): number {
  let hash = 2166136261;
  for (const character of salt + text) hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619);
  return ((hash >>> 8) & 0xffff) / 0xffff;
}

/** What a made-up model says after a text: words missing now and then, a long word by its first token, capitals, own spaces. */
function tops(text: string, space: string): Tokens {
  const tokens: Record<string, number> = { [`${space}the`]: -1.5 - chance(text, 't'), '.': -2 };
  for (const token of ['great', 'terrible', 'un'])
    if (chance(text, `m${token}`) > 0.15) tokens[space + token] = -0.5 - 6 * chance(text, token);
  if (chance(text, 'c') > 0.5) tokens.Great = -1 - 3 * chance(text, 'G');
  if (chance(text, 'd') > 0.5) tokens.great = -1 - 3 * chance(text, 'g');
  return tokens;
}

/** The texts of the probe, in which a word must come next. */
const PROBED: readonly [RegExp, string][] = [
  [/(great ){3}|write nothing else: great$/, 'great'],
  [/(terrible ){3}|write nothing else: terrible$/, 'terrible'],
  [/(unremarkable ){3}|write nothing else: unremarkable$/, 'un'],
];

function server(shape: {
  readonly space: string;
  readonly chat?: boolean;
  readonly answers?: (text: string) => string;
  readonly mute?: boolean;
}): Handler {
  return ({ path, body }, response) => {
    const texts = [body.prompt ?? body.messages?.at(-1)?.content ?? ''].flat();
    const say = (text: string): Tokens => {
      const probed = PROBED.find(([pattern]) => pattern.test(text));
      if (probed) return { [shape.space + probed[1]]: -0.1, x: -3 };
      // The end of the text is likeliest, of which this server does not speak.
      return shape.mute && body.temperature === 0 && chance(text, 'e') > 0.7 ? {} : tops(text, shape.space);
    };
    if (path === '/v1/chat/completions') {
      if (body.max_tokens !== undefined && shape.chat) return send(response, 400, { error: { message: 'use max_completion_tokens' } });
      const text = texts[0]!;
      const top = shape.answers ? undefined : say(text);
      if (!shape.answers && !shape.chat) return send(response, 404, {});
      return send(response, 200, shape.answers ? chatCompletion(shape.answers(text), undefined) : chatOf(top!, body));
    }
    if (path !== '/v1/completions' || shape.chat || shape.answers) return send(response, 404, {});
    send(response, 200, mayBeEmpty(texts, say));
  };
}

function chatOf(top: Tokens, { top_logprobs: most = 0 }: Body): object {
  if (most > 20) return { error: 'too many' };
  return Object.keys(top).length === 0 ? { choices: [{ message: { content: '' }, logprobs: { content: [] } }] } : chatCompletion('x', top);
}

function mayBeEmpty(texts: readonly string[], say: (text: string) => Tokens): object {
  const answer = completion(texts, (text) => ({ x: -9, ...say(text) })) as { choices: { logprobs: { top_logprobs: Tokens[] } }[] };
  texts.forEach((text, i) => {
    if (Object.keys(say(text)).length === 0) answer.choices[i]!.logprobs.top_logprobs = [];
  });
  return answer;
}

/** The run's predictions on the rows, and its prompt as it is inserted. */
async function measured(
  taskModel: string,
  settings: object,
  template: string | readonly Message[] = '{input} {prompt}',
  wording = 'Overall, it "was"',
): Promise<{ predicted: (string | null)[]; prompt: FoundPrompt }> {
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-classifier-'));
  const source = JSON.stringify({ data: { train: 'x.csv' }, labels: WORDS, template, taskModel, server: { maxRetries: 0, ...settings } });
  const spec = parseSpec(source, join(folder, 'x.prompt-task.json'));
  const policy = await readModel('bundled:causal', '.');
  const task = await openTask({ spec, classes: CLASSES, samples: ROWS, policy, mostQueries: 1000 }, { threads: 1 }, {});
  const ids = task.encodePrompt(wording);
  const labels = ROWS.map((_, i) => i % CLASSES.length);
  const [score] = await new Scorer(task.model, { set: task.model.rows(ROWS), labels }, 'rows').score([ids]);
  const call = task.call() as ModelCall;
  const classes = CLASSES.map((label, i) => ({ label, word: task.words[i]! }));
  const { parts, turns } = spec;
  const about = { template: templateText(spec.template), parts, ...(turns && { turns }), taskModel, call, classes };
  const prompt = found({ prompt: task.promptText(ids), tokens: ids.length, roundTrip: true, ...about });
  expect(score!.failed).toBeUndefined();
  return { predicted: score!.predicted.map((c) => CLASSES[c] ?? null), prompt };
}

async function byPython(prompt: FoundPrompt, rows = ROWS, environment = {}): Promise<unknown> {
  const code = `${promptClassifier(prompt, 'python', '    ').join('\n')}

import json, sys
print(json.dumps([sentiment_classifier(text) for text in json.load(sys.stdin)]))
`;
  return JSON.parse(await running('python3', ['-c', code], JSON.stringify(rows), environment));
}

async function byNode(prompt: FoundPrompt, languageId: string, rows = ROWS, environment = {}): Promise<unknown> {
  const { code } = await transform(promptClassifier(prompt, languageId, '  ').join('\n'), {
    loader: languageId === 'typescript' ? 'ts' : 'js',
  });
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-classifier-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'classifier.mjs');
  writeFileSync(
    file,
    `${code}
const all = [];
for (const text of ${JSON.stringify(rows)}) all.push((await sentimentClassifier(text)) ?? null);
console.log(JSON.stringify(all));
`,
  );
  return JSON.parse(await running(process.execPath, [file], '', environment));
}

/** Written answers: in quotes, in bold, with thoughts, in capitals, by label, and none of the words. */
const ANSWERS = [
  '"Great"',
  '**terrible**.',
  '<think>great?</think>\nUnremarkable',
  'NEG',
  'it "was" mixed!',
  'greatest',
  '',
  'pos, I think',
];
const answers = (text: string): string => ANSWERS[Math.floor(chance(text, 'a') * 7.999)]!;

/** A chat, and an instruction of several lines that is its system message. */
const CHAT: readonly Message[] = [
  { role: 'system', content: '{prompt}' },
  { role: 'user', content: 'Is "Dull." good?' },
  { role: 'assistant', content: 'terrible' },
  { role: 'user', content: 'Is "{input}" good?' },
];
const INSTRUCTION = `You sort reviews by "mood".\n\n${"- Irony counts as what it means, and \\quotations\\ don't count.\n".repeat(6)}`;

describe('an inserted classifier gives the predictions of the run', () => {
  it.each([
    ['completions', { space: ' ' }, {}, 'completion-logprobs', '{input} {prompt}'],
    [
      'completions with the spaces of a tokenizer, and none at the end of a text',
      { space: 'Ġ', mute: true },
      {},
      'completion-logprobs',
      'Q: "{input}"\n{prompt} {mask} .',
    ],
    ['chats', { space: '', chat: true }, {}, 'chat-logprobs', '{input} {prompt}'],
    [
      'chats without a system message',
      { space: '', chat: true, mute: true },
      { systemMessage: '', topLogprobs: 5 },
      'chat-logprobs',
      '{prompt}{input}',
    ],
    ['written answers', { space: '', answers }, { scoring: 'answer' }, 'chat-answer', '{input} {prompt}'],
    ['chats with messages', { space: '', chat: true, mute: true }, {}, 'chat-logprobs', CHAT],
    ['written answers in chats with messages', { space: '', answers }, { scoring: 'answer' }, 'chat-answer', CHAT],
    [
      'written answers found by a pattern',
      { space: '', answers },
      { scoring: 'answer', answer: '(great|terrible|neg)' },
      'chat-answer',
      '{input} {prompt}',
    ],
  ] as const)('%s', async (_, shape, settings, way, template) => {
    const { url, received } = await fakeServer(server(shape));
    const { predicted, prompt } = await measured(`openai:made-up@${url}`, settings, template, template === CHAT ? INSTRUCTION : undefined);
    expect(prompt.call).toMatchObject({ way });
    // Each class, and answers that name none.
    expect(new Set(predicted).size).toBeGreaterThanOrEqual(3);
    const sent = (from: number): unknown[] => received.slice(from).map(({ path, body }) => [path, body.prompt ?? body.messages]);
    const before = received.length;
    if (pythonHas('json')) expect(await byPython(prompt)).toEqual(predicted);
    const between = received.length;
    expect(await byNode(prompt, 'typescript')).toEqual(predicted);
    expect(await byNode(prompt, 'javascript')).toEqual(predicted);
    // Byte for byte the texts that the run has sent.
    const scored = new Set(
      received.slice(0, before).flatMap(({ body }) => (body.prompt === undefined ? [JSON.stringify(body.messages)] : [body.prompt].flat())),
    );
    for (const { body } of received.slice(before)) expect(scored).toContain(body.prompt ?? JSON.stringify(body.messages));
    if (pythonHas('json')) expect(sent(before).slice(0, between - before)).toEqual(sent(between).slice(0, between - before));
  });
});

/** The classifier of a folder's model, and the predictions of its scores. The texts of some rows are too long for it. */
async function measuredHere(
  model: string,
  template: string,
): Promise<{ predicted: (string | null)[]; prompt: FoundPrompt; rows: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-classifier-'));
  const taskModel = `folder:${resolve('test/models', model)}`;
  const labels = { good: 'good', bad: 'bad', none: 'film' };
  const spec = parseSpec(
    JSON.stringify({ data: { train: 'x.csv' }, labels, template, taskModel, policyModel: taskModel }),
    join(folder, 'x.json'),
  );
  const task = await openTask(
    { spec, classes: Object.keys(labels), samples: [], policy: await readModel(taskModel, folder), mostQueries: 0 },
    { threads: 1 },
    {},
  );
  const words = ['The film', 'is a mess', 'great music', 'a small story of the world', 'the end is bad', 'terrible'];
  const rows = Array.from({ length: 50 }, (_, i) =>
    Array.from({ length: i % 10 === 9 ? 400 : 1 + (i % 7) }, (_, j) => words[(i * 5 + j * (1 + (i % 4))) % words.length]).join(', '),
  );
  const ids = task.encodePrompt('In short');
  const set = task.model.rows(rows);
  expect(set.cut, `${task.context} tokens`).toBeGreaterThan(0);
  const [score] = await new Scorer(task.model, { set, labels: rows.map(() => 0) }, 'rows').score([ids]);
  expect(task.roundTrip(ids, rows[0]!)).toBe(true);
  const classes = Object.entries(labels).map(([label, word]) => ({ label, word }));
  const mask =
    task.folder.kind === 'masked' ? { masked: true, maskToken: task.folder.tokenizer.decode([task.folder.tokenizer.maskId!]) } : {};
  const call = task.call() as ModelCall;
  const prompt = found({ prompt: task.promptText(ids), template, taskModel, call, classes, tokens: ids.length, roundTrip: true, ...mask });
  return { predicted: score!.predicted.map((c) => classes[c]?.label ?? null), prompt, rows };
}

const MODELS = [
  ['gpt2', '{input} {prompt}'],
  ['gpt2-merged', 'Review: {input} {prompt} {mask} .'],
  ['llama', '{prompt} {input}'],
  ['qwen2', '{input} {prompt}'],
  ['gpt-neox', '{input} {prompt}'],
  ['bert', '{input} {prompt} {mask} .'],
  ['roberta', '{input} {prompt} {mask} .'],
  ['albert', '{input} {prompt} {mask} .'],
] as const;

describe('an inserted classifier runs the graph of the run', () => {
  it.each(MODELS)('%s by @huggingface/transformers, with %j', async (model, template) => {
    const { predicted, prompt, rows } = await measuredHere(model, template);
    expect(new Set(predicted).size).toBeGreaterThanOrEqual(2);
    expect(await byNode(prompt, 'typescript', rows)).toEqual(predicted);
  });

  it.skipIf(!pythonHas('onnxruntime, tokenizers')).each(MODELS)('%s by onnxruntime in Python, with %j', async (model, template) => {
    const { predicted, prompt, rows } = await measuredHere(model, template);
    expect(await byPython(prompt, rows)).toEqual(predicted);
  });

  it.skipIf(!pythonHas('json')).each([
    ['gpt2', '{input} {prompt}', 'start'],
    ['llama', '{prompt} {input}', 'end'],
  ] as const)('%s in Python, on libraries of the test that record what they get', async (model, template, side) => {
    const { prompt } = await measuredHere(model, template);
    const call = { ...(prompt.call as TokenCall), model: 'owner/name', revision: 'abc', room: 30, labelIds: [5, 7, 9] };
    // One token for each character, and a model that prefers the class whose token is the number of tokens modulo 10.
    const code = `import sys, types
seen = {}
def module(name, **fields):
    sys.modules[name] = types.SimpleNamespace(**fields)
class Tokenizer:
    @staticmethod
    def from_file(file): seen["tokenizer"] = file; return Tokenizer()
    def no_padding(self): pass
    def no_truncation(self): pass
    def encode(self, text): return types.SimpleNamespace(ids=[ord(one) for one in text])
class InferenceSession:
    def __init__(self, file, providers): seen["graph"] = file
    def get_inputs(self): return [types.SimpleNamespace(name=name, type="tensor(int64)") for name in ["input_ids", "attention_mask"]]
    def run(self, outputs, feeds):
        seen.setdefault("ids", []).append(feeds["input_ids"][0])
        return [[[[float(token == len(feeds["input_ids"][0]) % 10) for token in range(10)]]]]
module("numpy", array=lambda value, kind: value, zeros=lambda sizes: sizes)
module("tokenizers", Tokenizer=Tokenizer)
module("onnxruntime", InferenceSession=InferenceSession)
module("huggingface_hub", hf_hub_download=lambda filename, repo_id, revision: "/".join([repo_id, revision, filename]))
${promptClassifier({ ...prompt, call }, 'python', '    ').join('\n')}
import json
answers = [sentiment_classifier(text) for text in ["a" * 7, "b" * 99 + "c"]]
print(json.dumps([answers, seen]))`;
    const [answers, seen] = JSON.parse(await running('python3', ['-c', code], '')) as [
      string[],
      { ids: number[][]; graph: string; tokenizer: string },
    ];
    const texts = seen.ids.map((ids) => String.fromCodePoint(...ids));
    const most = 30 + prompt.tokens!;
    const parts = prompt.parts;
    const whole = (text: string): string => fillTemplate(parts, text, prompt.prompt, '');
    const over = whole('b'.repeat(99) + 'c').length - most;
    // The prompt is there in full; a text that is too long loses its start before a prompt, and its end after one.
    const start = (call.cut as { start?: number }).start ?? 0;
    const long = whole('b'.repeat(99) + 'c');
    expect(texts[0]).toBe(whole('a'.repeat(7)));
    expect(texts[1]).toBe(side === 'start' ? long.slice(0, start) + long.slice(start + over) : long.slice(0, long.length - over));
    expect(texts[1]!.length).toBe(most);
    expect(seen.graph).toBe('owner/name/abc/onnx/model.onnx');
    expect(seen.tokenizer).toBe('owner/name/abc/tokenizer.json');
    const expected = (text: string): string => ['good', 'bad', 'none'][[5, 7, 9].indexOf(text.length % 10)] ?? 'good';
    expect(answers).toEqual(texts.map(expected));
  });
});

describe('a classifier', () => {
  const call: ModelCall = { way: 'completion-logprobs', url: 'http://x/v1', model: 'm', top: 5, firsts: ['a', 'b'] };
  const classes = [
    { label: 'x', word: 'a' },
    { label: 'y', word: 'b' },
  ];
  const refusal = (more: Partial<FoundPrompt>, languageId = 'python'): unknown => {
    try {
      promptClassifier(found({ call, classes, tokens: 1, roundTrip: true, ...more }), languageId, '  ');
      return undefined;
    } catch (error) {
      return (error as InsertionError).code;
    }
  };

  it('is refused where it could not be honest, with the reason', () => {
    expect(refusal({})).toBeUndefined();
    expect(refusal({}, 'java')).toBe('noClassifierLanguage');
    expect(promptRefused({ taskModel: 'bundled:causal' })).toBe('noClassifierModel');
    expect(refusal({ call: { ...call, way: 'chat-answer', pattern: 'x\\b' } })).toBe('patternPython');
    expect(
      refusal({ call: { ...call, way: 'chat-answer', pattern: 'x\\b', limit: 'max_tokens', maxTokens: 3 } }, 'typescript'),
    ).toBeUndefined();
    const here: TokenCall = {
      way: 'tokens',
      model: 'o/n',
      revision: 'c',
      tokenizer: 'tokenizer.json',
      graph: 'onnx/odd/x.onnx',
      weights: [],
      kind: 'causal',
      logits: 'logits',
      labelIds: [1, 2],
      cut: { start: 0 },
      firstPosition: 0,
    };
    expect(refusal({ call: here })).toBeUndefined();
    expect(refusal({ call: here }, 'typescript')).toBe('noGraphName');
    expect(refusal({ call: here, roundTrip: false })).toBe('noRoundTrip');
  });

  const promptRefused = (more: Partial<FoundPrompt>): unknown => {
    try {
      promptClassifier(found(more), 'python', '  ');
      return undefined;
    } catch (error) {
      return (error as InsertionError).code;
    }
  };

  it('never holds a key: it names the variable that the run used', () => {
    const keyed = found({ call: { ...call, keyVariable: 'LLM_API_KEY' }, classes });
    expect(promptClassifier(keyed, 'python', ' ').join('\n')).toContain('os.environ["LLM_API_KEY"]');
    expect(promptClassifier(keyed, 'typescript', ' ').join('\n')).toContain('${process.env.LLM_API_KEY}');
    expect(promptClassifier(found({ call, classes }), 'python', ' ').join('\n')).not.toContain('environ');
  });
});
