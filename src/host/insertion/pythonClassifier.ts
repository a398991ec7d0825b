import type { ServerCall, TokenCall } from '../../model/call';
import { UNSPACED } from '../../model/server/fold';
import { answerNames, fieldsOf, longest, type ClassifierParts } from './classifierParts';
import { filled } from './functions';
import { InsertionError } from './insertionError';

/** A classifier in Python: with the standard library alone for a server, with onnxruntime for a graph. Tabs are indentation. */
export function pythonClassifier(parts: ClassifierParts): string[] {
  const { call, name, about, quote } = parts;
  const [first, ...rest] = about.map((line) => quote(line).slice(1, -1));
  const [parameter, result, body] =
    call.way === 'tokens'
      ? (['text: str, _loaded=[]', 'str', onTokens(parts, call)] as const)
      : (['text: str', '"str | None"', onServer(parts, call)] as const);
  const doc = [`"""${first}`, '', ...rest, '"""'];
  return [`def ${name}(${parameter}) -> ${result}:`, ...[...doc, ...body].map((line) => (line === '' ? '' : `\t${line}`))];
}

function onServer(parts: ClassifierParts, call: ServerCall): string[] {
  const { quote } = parts;
  const chat = call.way.startsWith('chat');
  const value = (one: string | number | boolean): string => (typeof one === 'string' ? quote(one) : one === true ? 'True' : String(one));
  const draws = call.way.endsWith('logprobs') && (!chat || call.temperature !== false);
  const key = call.keyVariable === undefined ? [] : [`headers["Authorization"] = "Bearer " + os.environ[${quote(call.keyVariable)}]`];
  const address = quote(`${call.url}${chat ? '/chat' : ''}/completions`);
  const send = [
    `request = urllib.request.Request(${address}, json.dumps(body).encode(), headers)`,
    'with urllib.request.urlopen(request, timeout=60) as response:',
    '\tchoice = json.load(response)["choices"][0]',
  ];
  return [
    ...['json', ...(call.way === 'chat-logprobs' ? ['math'] : []), ...(key.length > 0 ? ['os'] : []), 're', 'urllib.request'].map(
      (module) => `import ${module}`,
    ),
    '',
    'body = {',
    ...Object.entries(fieldsOf(call)).map(([field, one]) => `\t${quote(field)}: ${value(one)},`),
    ...(chat && call.temperature === false ? [] : ['\t"temperature": 0,']),
    ...(chat ? filled('\t"messages": {},', '{}', parts.messages) : filled('\t"prompt": {},', '{}', parts.text)),
    '}',
    'headers = {"Content-Type": "application/json"}',
    ...key,
    ...(call.way.endsWith('answer') ? [...send, ...readAnswer(parts, call)] : [...ask(send, draws), ...readTop(parts, call)]),
  ];
}

/** Where nothing was reported, since the likeliest token ends the text, the model is asked again at temperature 1. */
function ask(send: readonly string[], draws: boolean): string[] {
  const read = [
    'reported = choice["logprobs"]',
    'if isinstance(reported.get("content"), list):',
    '\tfirst = reported["content"][:1]',
    '\ttokens = (first[0].get("top_logprobs") or first) if first else []',
    '\ttop = [(token["token"], token["logprob"]) for token in tokens]',
    'else:',
    '\ttop = list(((reported["top_logprobs"] or [{}])[0] or {}).items())',
  ];
  if (!draws) return [...send, ...read];
  return [
    '# A server may report nothing if the likeliest token ends the text: ask again for another token.',
    'for temperature in [0] + 8 * [1]:',
    '\tbody["temperature"] = temperature',
    ...[...send, ...read].map((line) => `\t${line}`),
    '\tif top:',
    '\t\tbreak',
  ];
}

function readTop({ classes, quote }: ClassifierParts, { firsts, way }: ServerCall): string[] {
  const table = classes.map(
    ({ label }, i) => `\t${quote(label)}: ${quote(way === 'chat-logprobs' ? firsts![i]!.trim().toLowerCase() : firsts![i]!)},`,
  );
  const known =
    way === 'chat-logprobs'
      ? [
          'known = {}',
          'for token, logprob in top:',
          '\ttoken = re.sub("^[Ġ▁]", " ", token).strip().lower()',
          '\tknown[token] = known.get(token, 0) + math.exp(logprob)',
          'scores = {label: math.log(known[word]) if word in known else floor for label, word in words.items()}',
        ]
      : [
          'known = {}',
          'for token, logprob in top:',
          '\tknown.setdefault(re.sub("^[Ġ▁]", " ", token), logprob)',
          'scores = {label: known.get(" " + word, known.get(word, floor)) for label, word in words.items()}',
        ];
  return [
    '# Each class with its label word, as far as one token goes.',
    'words = {',
    ...table,
    '}',
    'floor = min([0] + [logprob for _, logprob in top])',
    ...known,
    'if len(set(scores.values())) == 1:',
    '\treturn None',
    'return max(scores, key=scores.get)',
  ];
}

/** Python reads other patterns in another way than JavaScript, whose they are. */
const PORTABLE = /^(?:[^\\$(.]|\((?!\?)|\(\?:)*$/;

function readAnswer({ classes, quote }: ClassifierParts, { pattern }: ServerCall): string[] {
  if (pattern !== undefined && !PORTABLE.test(pattern)) throw new InsertionError('patternPython', pattern);
  const names = answerNames(classes);
  const unspaced = names.filter(([name]) => UNSPACED.test(name)).map(([name]) => quote(name));
  const text = [
    'answer = choice["message"]["content"] if "message" in choice else choice["text"]',
    'answer = re.sub(r"<think>.*?(</think>|\\Z)", "", answer or "", flags=re.DOTALL)',
  ];
  const fold = (value: string): string[] => [`answer = ${value}.strip().lower()`, 'answer = re.sub(r"^[\\W_]+", "", answer) or answer'];
  const table = ['names = {', ...names.map(([name, label]) => `\t${quote(name)}: ${quote(label)},`), '}'];
  if (pattern !== undefined)
    return [
      ...text,
      `match = re.search(${quote(pattern)}, answer, re.IGNORECASE)`,
      'if not match:',
      '\treturn None',
      ...fold('(match[1] if match.re.groups and match[1] is not None else match[0])'),
      ...table,
      'return names.get(answer)',
    ];
  const ends = `not answer[len(name) :][:1].isalnum()`;
  return [
    ...text,
    ...fold('answer'),
    ...table,
    'for name, label in names.items():',
    `\tif answer.startswith(name) and ${unspaced.length === 0 ? ends : `(name in [${unspaced.join(', ')}] or ${ends})`}:`,
    '\t\treturn label',
    'return None',
  ];
}

function onTokens(parts: ClassifierParts, call: TokenCall): string[] {
  const { classes, promptTokens, quote } = parts;
  const files = [call.tokenizer, call.graph, ...call.weights].map(quote);
  const located =
    call.revision === undefined
      ? [`files = [${quote(`${call.model}/`)} + name for name in [${files.join(', ')}]]`]
      : [
          `repository = {"repo_id": ${quote(call.model)}, "revision": ${quote(call.revision)}}`,
          `files = [hf_hub_download(filename=name, **repository) for name in [${files.join(', ')}]]`,
        ];
  const most = longest(call, promptTokens);
  const [from, to] =
    'start' in call.cut
      ? [call.cut.start, `${call.cut.start} + over`]
      : [`len(ids) - ${call.cut.end} - over`, `len(ids) - ${call.cut.end}`];
  const past = Object.entries(call.past ?? {});
  return [
    '# pip install onnxruntime tokenizers' + (call.revision === undefined ? '' : ' huggingface_hub'),
    'import numpy',
    'import onnxruntime',
    'import tokenizers',
    ...(call.revision === undefined ? [] : ['from huggingface_hub import hf_hub_download']),
    '',
    'if not _loaded:',
    ...located.map((line) => `\t${line}`),
    '\ttokenizer = tokenizers.Tokenizer.from_file(files[0])',
    '\ttokenizer.no_padding()',
    '\ttokenizer.no_truncation()',
    '\t_loaded[:] = [tokenizer, onnxruntime.InferenceSession(files[1], providers=["CPUExecutionProvider"])]',
    'tokenizer, session = _loaded',
    ...filled('ids = tokenizer.encode({}).ids', '{}', parts.text),
    ...(most === undefined ? [] : [`over = max(0, len(ids) - ${most})`, `del ids[${from} : ${to}]`]),
    'values = {',
    '\t"input_ids": [ids],',
    '\t"attention_mask": [[1] * len(ids)],',
    `\t"position_ids": [list(range(${call.firstPosition}, ${call.firstPosition} + len(ids)))],`,
    '\t"cache_position": list(range(len(ids))),',
    '\t"token_type_ids": [[0] * len(ids)],',
    '\t"use_cache_branch": [False],',
    ...(past.length === 0 ? [] : past.map(([name, dims]) => `\t${quote(name)}: numpy.zeros([${dims.join(', ')}]),`)),
    '}',
    'types = {"tensor(int64)": "int64", "tensor(int32)": "int32", "tensor(float16)": "float16", "tensor(float)": "float32", "tensor(bool)": "bool"}',
    'feeds = {one.name: numpy.array(values.get(one.name, 0), types[one.type]) for one in session.get_inputs()}',
    `logits = session.run([${quote(call.logits)}], feeds)[0][0]`,
    call.kind === 'causal' ? 'answer = logits[-1]' : `answer = logits[ids.index(${call.maskId})]`,
    'scores = {',
    ...classes.map(({ label, word }, i) => `\t${quote(label)}: answer[${call.labelIds[i]}],  # ${comment(word)}`),
    '}',
    'return max(scores, key=scores.get)',
  ];
}

/** A word in a comment: on one line, as it is or escaped. */
function comment(word: string): string {
  return JSON.stringify(word.trim()).slice(1, -1);
}
