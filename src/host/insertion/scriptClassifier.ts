import type { ServerCall, TokenCall } from '../../model/call';
import { UNSPACED } from '../../model/server/fold';
import { answerNames, fieldsOf, longest, type ClassifierParts } from './classifierParts';
import { filled } from './functions';
import { InsertionError } from './insertionError';

/** A classifier in TypeScript or JavaScript: with `fetch` alone for a server, with @huggingface/transformers for a graph. */
export function scriptClassifier(parts: ClassifierParts, typed: boolean): string[] {
  const { call, name, about } = parts;
  const result = call.way === 'tokens' ? 'string' : 'string | undefined';
  const types = [' * @param {string} text', ` * @returns {Promise<${result}>}`];
  const [before, body] = call.way === 'tokens' ? onTokens(parts, call, typed) : [[], onServer(parts, call, typed)];
  return [
    ...before,
    '/**',
    ...about.map((line) => ` * ${line}`),
    ...(typed ? [] : types),
    ' */',
    typed ? `async function ${name}(text: string): Promise<${result}> {` : `async function ${name}(text) {`,
    ...body.map((line) => `\t${line}`),
    '}',
  ];
}

function onServer(parts: ClassifierParts, call: ServerCall, typed: boolean): string[] {
  const { quote } = parts;
  const chat = call.way.startsWith('chat');
  const value = (one: string | number | boolean): string => (typeof one === 'string' ? quote(one) : String(one));
  const logprobs = call.way.endsWith('logprobs');
  const tempered = !chat || call.temperature !== false;
  const draws = logprobs && tempered;
  const key = call.keyVariable === undefined ? '' : `, Authorization: \`Bearer \${process.env.${call.keyVariable}}\``;
  const send = [
    `const response = await fetch(${quote(`${call.url}${chat ? '/chat' : ''}/completions`)}, {`,
    '\tmethod: "POST",',
    `\theaders: { "Content-Type": "application/json"${key} },`,
    `\tbody: JSON.stringify(${draws ? '{ ...body, temperature }' : 'body'}),`,
    '});',
    'if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);',
    'const [choice] = (await response.json()).choices;',
  ];
  return [
    'const body = {',
    ...Object.entries(fieldsOf(call)).map(([field, one]) => `\t${field}: ${value(one)},`),
    ...(tempered && !draws ? ['\ttemperature: 0,'] : []),
    ...(chat ? filled('\tmessages: {},', '{}', parts.messages) : filled('\tprompt: {},', '{}', parts.text)),
    '};',
    ...(logprobs ? [...ask(send, draws, typed), ...readTop(parts, call, typed)] : [...send, ...readAnswer(parts, call, typed)]),
  ];
}

/** Where nothing was reported, since the likeliest token ends the text, the model is asked again at temperature 1. */
function ask(send: readonly string[], draws: boolean, typed: boolean): string[] {
  const pair = typed ? ': [string, number]' : '';
  const read = [
    'const { content, top_logprobs } = choice.logprobs;',
    `const tokens = content && (content[0]?.top_logprobs?.length > 0 ? content[0].top_logprobs : content.slice(0, 1));`,
    `top = (tokens ? tokens.map((one${typed ? ': { token: string; logprob: number }' : ''}) => [one.token, one.logprob]) : Object.entries(top_logprobs[0] ?? {}))`,
    `\t.map(([token, logprob]${pair}) => [token.replace(/^[Ġ▁]/, " "), logprob]);`,
  ];
  const declared = typed ? 'let top: [string, number][] = [];' : 'let top = [];';
  if (!draws) return [declared, ...send, ...read];
  return [
    '// A server may report nothing if the likeliest token ends the text: ask again for another token.',
    declared,
    'for (const temperature of [0, 1, 1, 1, 1, 1, 1, 1, 1]) {',
    ...[...send, ...read].map((line) => `\t${line}`),
    '\tif (top.length > 0) break;',
    '}',
  ];
}

function readTop({ classes, quote }: ClassifierParts, { firsts, way }: ServerCall, typed: boolean): string[] {
  const inChat = way === 'chat-logprobs';
  const word = (i: number): string => quote(inChat ? firsts![i]!.trim().toLowerCase() : firsts![i]!);
  const score = inChat
    ? [
        '\tconst sum = top.filter(([token]) => token.trim().toLowerCase() === word).reduce((all, [, logprob]) => all + Math.exp(logprob), 0);',
        '\treturn sum > 0 ? Math.log(sum) : floor;',
      ]
    : [
        '\tconst find = (wanted' + (typed ? ': string' : '') + ') => top.find(([token]) => token === wanted)?.[1];',
        '\treturn find(` ${word}`) ?? find(word) ?? floor;',
      ];
  return [
    '// Each class with its label word, as far as one token goes.',
    'const words = [',
    ...classes.map(({ label }, i) => `\t[${quote(label)}, ${word(i)}],`),
    '];',
    'const floor = Math.min(0, ...top.map(([, logprob]) => logprob));',
    'const scores = words.map(([, word]) => {',
    ...score,
    '});',
    'const best = scores.indexOf(Math.max(...scores));',
    `return new Set(scores).size > 1 ? words[best]${typed ? '!' : ''}[0] : undefined;`,
  ];
}

function readAnswer({ classes, quote }: ClassifierParts, { pattern }: ServerCall, typed: boolean): string[] {
  const names = answerNames(classes);
  const unspaced = names.filter(([name]) => UNSPACED.test(name)).map(([name]) => quote(name));
  const string = typed ? ': string' : '';
  const table = ['const names = [', ...names.map(([name, label]) => `\t[${quote(name)}, ${quote(label)}],`), '];'];
  const said = [
    `const said${string} = (choice.message?.content ?? choice.text ?? "").replace(/<think>[^]*?(<\\/think>|$)/g, "");`,
    `const fold = (answer${string}) => answer.trim().toLowerCase().replace(/^[^\\p{L}\\p{N}]+/u, "") || answer.trim().toLowerCase();`,
  ];
  if (pattern !== undefined)
    return [
      ...said,
      `const match = new RegExp(${quote(pattern)}, "iu").exec(said);`,
      'if (!match) return undefined;',
      ...table,
      'const answer = fold(match[1] ?? match[0]);',
      'return names.find(([name]) => name === answer)?.[1];',
    ];
  const ends = '!/^[\\p{L}\\p{N}]/u.test(answer.slice(name.length))';
  return [
    ...said,
    ...table,
    'const answer = fold(said);',
    `return names.find(([name]) => answer.startsWith(name) && ${unspaced.length === 0 ? ends : `([${unspaced.join(', ')}].includes(name) || ${ends})`})?.[1];`,
  ];
}

/** Endings of graphs as @huggingface/transformers knows them. */
const TYPES: Readonly<Record<string, string>> = {
  '': 'fp32',
  _fp16: 'fp16',
  _int8: 'int8',
  _uint8: 'uint8',
  _quantized: 'q8',
  _q4: 'q4',
  _q4f16: 'q4f16',
  _bnb4: 'bnb4',
};

function onTokens(parts: ClassifierParts, call: TokenCall, typed: boolean): readonly [string[], string[]] {
  const { classes, promptTokens, name, quote } = parts;
  const [, folder = '', graph = '', ending = ''] =
    /^(onnx\/)?(.*?)(_(?:fp16|int8|uint8|quantized|q4|q4f16|bnb4))?\.onnx$/.exec(call.graph) ?? [];
  const dtype = TYPES[ending];
  if (graph === '' || graph.includes('/') || dtype === undefined || call.tokenizer !== 'tokenizer.json')
    throw new InsertionError('noGraphName', call.graph);
  const revision = call.revision === undefined ? '' : `revision: ${quote(call.revision)}, `;
  const options = [
    `${revision}dtype: ${quote(dtype)}`,
    ...(graph === 'model' ? [] : [`model_file_name: ${quote(graph)}`]),
    ...(folder === '' ? ['subfolder: ""'] : []),
    ...(call.weights.length > 0 ? ['use_external_data_format: true'] : []),
  ].join(', ');
  const most = longest(call, promptTokens);
  const from = 'start' in call.cut ? String(call.cut.start) : `ids.length - ${call.cut.end} - over`;
  const loaded = `${name}Model`;
  const model = quote(call.model);
  const at = call.kind === 'causal' ? 'ids.length - 1' : `ids.indexOf(${call.maskId})`;
  return [
    [typed ? `let ${loaded}: Promise<any[]> | undefined;` : `let ${loaded};`, ''],
    [
      '// npm install @huggingface/transformers',
      `const { ${call.kind === 'causal' ? 'AutoModelForCausalLM' : 'AutoModelForMaskedLM'}: Model, AutoTokenizer, ${call.revision === undefined ? 'env, ' : ''}Tensor } = await import("@huggingface/transformers");`,
      // Otherwise, a file that a folder may lack is looked for on the hub, under the folder's name.
      ...(call.revision === undefined ? ['env.allowRemoteModels = false;'] : []),
      `${loaded} ??= Promise.all([`,
      `\tAutoTokenizer.from_pretrained(${model}${revision === '' ? '' : `, { ${revision.slice(0, -2)} }`}),`,
      `\tModel.from_pretrained(${model}, { ${options} }),`,
      ']);',
      `const [tokenizer, model] = await ${loaded};`,
      ...filled(`const ids${typed ? ': number[]' : ''} = tokenizer.encode({});`, '{}', parts.text),
      ...(most === undefined ? [] : [`const over = Math.max(0, ids.length - ${most});`, `ids.splice(${from}, over);`]),
      'const input_ids = new Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]);',
      'const attention_mask = new Tensor("int64", new BigInt64Array(ids.length).fill(1n), [1, ids.length]);',
      'const { logits } = await model({ input_ids, attention_mask });',
      `const start = (${at}) * logits.dims[2];`,
      '// Each class with the token of its label word.',
      `const tokens${typed ? ': [string, number][]' : ''} = [`,
      ...classes.map(({ label }, i) => `\t[${quote(label)}, ${call.labelIds[i]}],`),
      '];',
      'const scores = tokens.map(([, token]) => Number(logits.data[start + token]));',
      `return tokens[scores.indexOf(Math.max(...scores))]${typed ? '!' : ''}[0];`,
    ],
  ];
}
