const quote = (text: string): string => JSON.stringify(text);
const anyOf = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(' or ');
const suchAs = (words: readonly string[]): string => (words.length === 0 ? '' : `, such as ${words.map(quote).join(', ')}`);

const TYPES: Partial<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  'words or auto': '"auto", or an object with a word for each class',
  'text or messages': 'a string, or a list of messages such as { "role": "user", "content": "{input}" }',
};
const SPEC_FILE = 'a file named like sentiment.prompt-task.json; see examples/';
const AUTO = '"labels": "auto" (on the command line, --labels auto), which searches for words';
const TEMPLATE = 'for example "{input} {prompt} {mask} ."';

interface Found {
  readonly found: string | undefined;
}

/** Messages of `spec/`. */
export const specWording = {
  'spec.otherKind': ({ field, kind, of }: { field: string; kind: string; of: string }) => ({
    message: `"${field}" is for "kind": "${of}"`,
    found: `"kind": "${kind}"`,
    expected: `no "${field}", or "kind": "${of}"`,
  }),
  'spec.onlyPaper': ({ name }: { name: string }) => ({
    message: `"search.${name}" is for "preset": "paper", where the best of several texts counts`,
    expected: `no "${name}", or "preset": "paper" without "proposals"`,
  }),
  'spec.noMetrics': () => ({
    message: 'a generation task needs "metrics", which score what the model writes',
    expected: 'for example "metrics": [{ "type": "icontains", "value": "thank you" }]',
  }),
  'spec.noWeight': () => ({
    message: 'every metric has the weight 0, so nothing scores the texts',
    expected: 'a metric with "weight" above 0',
  }),
  'spec.duplicateMethod': ({ method }: { method: readonly string[] }) => ({
    message: 'a search is named twice',
    found: method.map(quote).join(', '),
    expected: 'each search once',
  }),
  'spec.onlyRandom': () => ({
    message: 'random search is a control, and there is no search to control',
    found: '["random"]',
    expected: '"rlprompt" or "reflect", or both, beside "random"',
  }),
  'spec.randomTwice': () => ({
    message: '"method" already says whether random search follows',
    expected: 'no "random" beside "method": list "random" there, or leave it out there',
  }),
  'spec.otherMethod': ({ field, of, method }: { field: string; of: string; method: readonly string[] }) => ({
    message: `"${field}" is for the search "${of}"`,
    found: `"method": [${method.map(quote).join(', ')}]`,
    expected: `no "${field}", or "${of}" in "search.method"`,
  }),
  'spec.startMissing': () => ({
    message: 'the search "reflect" has no prompt to improve',
    expected: '"start", your own prompt, as in "prompt": { "start": "Summarize the text in one sentence." }',
  }),
  'spec.frozenNotThere': ({ span, start }: { span: string; start: string }) => ({
    message: 'the prompt to improve does not have this passage',
    found: quote(span),
    expected: `a passage of ${quote(start.length > 200 ? `${start.slice(0, 199)}…` : start)}, word for word`,
  }),
  'spec.startPlaceholder': ({ start }: { start: string }) => ({
    message: 'a prompt has no places to fill in: "template" says where the input goes',
    found: quote(start.length > 200 ? `${start.slice(0, 199)}…` : start),
    expected: 'a prompt without {input}, {prompt} and {mask}',
  }),
  'spec.perInputPolicy': ({ found }: Found) => ({
    message: 'with "prompt.perInput", the policy reads each input and learns from the states of its model, which a server does not give',
    found,
    expected: 'a causal model that runs here: "bundled:causal", "folder:PATH" or "hf:OWNER/NAME"',
  }),
  'spec.perInputReflect': ({ method }: { method: readonly string[] }) => ({
    message: 'with "prompt.perInput", a policy gives each input its prompt; "reflect" looks for one prompt that serves all inputs',
    found: method.map(quote).join(', '),
    expected: '"rlprompt" alone, or no "prompt.perInput"',
  }),
  'spec.perInputStep': ({ promptsPerStep, each }: { promptsPerStep: number; each: number }) => ({
    message: `with "prompt.perInput", a step draws ${each} prompts for each of its inputs`,
    found: String(promptsPerStep),
    expected: `a multiple of ${each}`,
  }),
  'spec.missing': () => ({ message: 'there is no such task spec', expected: SPEC_FILE }),
  'spec.unreadable': ({ errno }: { errno: string | undefined }) => ({
    message: `the task spec cannot be read (${errno})`,
    expected: SPEC_FILE,
  }),
  'spec.isData': ({ name }: { name: string }) => ({
    message: 'this is a data file, not a task spec',
    found: name,
    expected: `a file NAME.prompt-task.json that names it: { "data": { "train": ${quote(name)}, "input": "COLUMN", "label": "COLUMN" } }; see docs/task-spec.md`,
  }),
  'spec.notJson': ({ reason, found }: Found & { reason: string }) => ({
    message: `not valid JSON: ${reason}`,
    found,
    expected: 'JSON; // comments and trailing commas are allowed',
  }),

  'spec.unknownField': ({ name, close, known }: { name: string; close: string | undefined; known: readonly string[] }) => ({
    message: `there is no field ${quote(name)} here`,
    found: quote(name),
    expected: close === undefined ? `one of ${known.join(', ')}` : `did you mean ${quote(close)}? The fields here are ${known.join(', ')}`,
  }),
  'spec.required': ({ type }: { type: string }) => ({ message: 'this field is required', found: 'nothing', expected: TYPES[type] ?? type }),
  'spec.wrongType': ({ type, found }: Found & { type: string }) => ({ message: 'wrong type', found, expected: TYPES[type] ?? type }),
  'spec.notAllowed': ({ values, found }: Found & { values: readonly unknown[] }) => ({
    message: 'not one of the allowed values',
    found,
    expected: anyOf(values),
  }),
  'spec.tooSmall': ({ minimum, inclusive, found }: Found & { minimum: number; inclusive: boolean }) => ({
    message: 'too small',
    found,
    expected: `${inclusive ? 'at least' : 'more than'} ${minimum}`,
  }),
  'spec.tooLarge': ({ maximum, found }: Found & { maximum: number }) => ({ message: 'too large', found, expected: `at most ${maximum}` }),
  'spec.emptyText': ({ found }: Found) => ({ message: 'the text is empty', found, expected: 'at least 1 character' }),
  'spec.emptyList': ({ found }: Found) => ({ message: 'the list is empty', found, expected: 'at least 1 entry' }),
  'spec.invalid': ({ reason, found }: Found & { reason: string }) => ({ message: reason, found, expected: 'see docs/task-spec.md' }),

  'spec.sameColumn': ({ column }: { column: string }) => ({
    message: '"input" and "label" name the same column',
    found: quote(column),
    expected: 'the column of the text as "input", the column of the class as "label"',
  }),
  'spec.twinLabel': ({ label, first }: { label: string; first: string }) => ({
    message: `with "ignoreCase", this is the class ${quote(first)}`,
    found: quote(label),
    expected: 'each class once',
  }),
  'spec.duplicateSeed': ({ seed }: { seed: number }) => ({
    message: `duplicate seed ${seed}`,
    found: String(seed),
    expected: 'each seed once: a second run with the same seed gives the same result',
  }),
  'spec.emptyPrompt': ({ prompt }: { prompt: string }) => ({
    message: 'this prompt is empty',
    found: quote(prompt),
    expected: 'a text; every table already has a row without a prompt',
  }),
  'spec.duplicatePrompt': ({ prompt }: { prompt: string }) => ({
    message: 'duplicate prompt',
    found: quote(prompt),
    expected: 'each prompt once',
  }),
  'spec.modelIsKey': () => ({
    message: 'this looks like an API key; a spec must never contain one',
    expected:
      'a model, such as "openai:MODEL@URL"; put its key into the environment variable that server.apiKeyVariable names, or store it in the editor',
  }),

  'spec.templateUnknown': ({ name }: { name: string }) => ({
    message: `the template has an unknown placeholder {${name}}; it knows {input}, {prompt} and {mask}`,
    expected: TEMPLATE,
  }),
  'spec.templateLacks': ({ name }: { name: string }) => ({ message: `the template has no {${name}}`, expected: TEMPLATE }),
  'spec.templateRepeats': ({ name, times }: { name: string; times: number }) => ({
    message: `the template has {${name}} ${times} times; once is enough`,
    expected: TEMPLATE,
  }),
  'spec.chatMask': () => ({
    message: 'a message has {mask}: in a chat the label word is the start of the answer, which follows the last message',
    expected: 'messages without {mask}',
  }),
  'spec.chatLast': ({ role }: { role: string }) => ({
    message: `the last message has the role ${quote(role)}; the model answers after it`,
    expected: 'a last message with the role "user"',
  }),
  'spec.chatSystemTwice': () => ({
    message: 'the template is a list of messages, which hold the system message themselves',
    expected: 'no "systemMessage"; a message { "role": "system", … } in "template" if you want one',
  }),
  'spec.chatCompletion': () => ({
    message: 'the template is a list of messages, which a server scores in a chat',
    found: '"completion-logprobs"',
    expected: '"auto", "chat-logprobs" or "answer"',
  }),
  'spec.maskNotLast': () => ({
    message: 'a causal model reads from left to right: {mask} must come last in the template, or be left out',
    expected: 'for example "{input} {prompt}"',
  }),

  'spec.labelNoWord': ({ word, label }: { word: string; label: string }) => ({
    message: `the label ${quote(word)} is not a word that a model can say`,
    found: quote(word),
    expected: `"labels": { ${quote(label)}: "a word", … }, or ${AUTO}`,
  }),
  'spec.labelUnknown': ({ word, whole, close }: { word: string; whole: boolean; close: readonly string[] }) => ({
    message: `the task model does not know the label word ${quote(word)}: its vocabulary has no token for ${whole ? 'it' : 'a part of it'}`,
    found: quote(word),
    expected: `a word of the model's vocabulary${suchAs(close)}; or ${AUTO}`,
  }),
  'spec.labelTooLong': ({ word, tokens, close }: { word: string; tokens: number; close: readonly string[] }) => ({
    message: `the label word is ${tokens} tokens of the task model; the mask has room for one`,
    found: quote(word),
    expected: `a word of one token${suchAs(close)}; or ${AUTO}`,
  }),
  'spec.labelFirstToken': ({ word, label, tokens, first }: { word: string; label: string; tokens: number; first: string | undefined }) => ({
    message: `the label word is ${tokens} tokens of the task model; only the first one${first === undefined ? '' : `, ${quote(first)},`} is scored`,
    found: quote(word),
    expected: `a word of one token, as in "labels": { ${quote(label)}: "a word", … }; or ${AUTO}`,
  }),
  'spec.labelDuplicate': ({ word, close }: { word: string; close: readonly string[] }) => ({
    message: 'two classes have the same label word',
    found: quote(word),
    expected: `another word${suchAs(close)}`,
  }),
  'spec.labelSameToken': ({ word, other, close }: { word: string; other: string; close: readonly string[] }) => ({
    message: `the label word begins with the same token as ${quote(other)}`,
    found: quote(word),
    expected: `another word${suchAs(close)}`,
  }),
  'spec.labelSameButCapitals': ({ word, other }: { word: string; other: string }) => ({
    message: `the label word differs from ${quote(other)} only in its capitals`,
    found: quote(word),
    expected: 'another word',
  }),

  'spec.fixAutoLabels': () => 'Search for label words at the start of a run ("labels": "auto")',
  'spec.fixValue': ({ value }: { value: unknown }) => `Change to ${JSON.stringify(value)}`,
  'spec.fixName': ({ name }: { name: string }) => `Rename to ${quote(name)}`,
  'spec.fixRemove': ({ name }: { name: string }) => `Remove ${quote(name)}`,
  'spec.fixIgnoreCase': ({ labels }: { labels: readonly string[] }) =>
    `Make ${labels.map(quote).join(' and ')} one class: ignore capitals and spaces in labels`,
  'spec.fixDuplicates': ({ what }: { what: 'seed' | 'prompt' | 'method' }) => `Keep each ${what} once`,
};
