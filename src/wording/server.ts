import { count } from './numbers';

/** Messages of `model/server/`: `'server.code': (arguments) => text`. */

interface At {
  /** The server's base address. */
  readonly url: string;
}
interface Answered extends At {
  readonly status: number;
  /** The server's own words, without a key; may be empty. */
  readonly says: string;
}
/** A model of VS Code's by its name, or '' for any, and what the host says; may be empty. */
interface OfEditor {
  readonly model: string;
  readonly says: string;
}
interface Share {
  readonly count: number;
  readonly of: number;
}

const quote = (text: string): string => JSON.stringify(text);
const words = (says: string): string => (says === '' ? '' : ` It says: ${quote(says)}.`);
const named = (model: string): string => (model === '' ? 'a model' : `the model ${quote(model)}`);
const share = ({ count, of }: Share): string => `${count} of ${of} (${((100 * count) / of).toFixed(1)}%)`;
const list = (names: readonly string[]): string => {
  const shown = names.slice(0, 8).map(quote).join(', ');
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
};

const EXAMPLE = 'openai:MODEL@http://localhost:8000/v1';
const NO_KEYS =
  'A key never goes into a spec: put it into an environment variable and name that variable in server.apiKeyVariable, or store the key in the editor.';

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'does not answer: nothing listens there (connection refused). Start it, or correct the address in the task model.',
  ENOTFOUND: 'cannot be found: there is no computer of that name. Correct the address in the task model.',
  EAI_AGAIN: 'cannot be found at the moment: the name service does not answer.',
  EHOSTUNREACH: 'cannot be reached from here (no route).',
  ENETUNREACH: 'cannot be reached from here (no network).',
};

export const serverWording = {
  'server.editorFolded': () =>
    "VS Code's models have no system role: the system message is sent as the beginning of the first message of the user.",
  'server.writes': ({ way, perRequest }: { way: 'completions' | 'chat'; perRequest: number }) =>
    `texts come from ${way === 'chat' ? 'chats' : 'completions'}, ${perRequest === 1 ? 'one' : `up to ${perRequest}`} a request; a server may write other texts when it is asked again, so the answers are kept and reused`,
  'server.editorWrites': ({ tokens }: { tokens: number }) =>
    `VS Code's models take no temperature, seed or limit of tokens: they use their own, and a text is cut after ${count(tokens)} tokens of the policy model; they may write other texts when they are asked again, so the answers are kept and reused`,
  'server.ignores': ({ fields }: { fields: readonly string[] }) => `the server does not take ${fields.join(', ')}, and uses its own`,
  'server.fewerTexts': ({ missing, of }: { missing: number; of: number }) =>
    `${count(missing)} of ${count(of)} texts are missing, since the server gave fewer than it was asked for`,
  'server.fromStore': ({ texts }: { texts: number }) => `${count(texts)} texts were taken from earlier runs`,
  'server.reference': () => `Write a model behind a server as ${EXAMPLE}: its name, an @, and the server's base address.`,
  'server.referenceModel': () => `The model's name is missing before the @: write ${EXAMPLE}.`,
  'server.referenceAddress': () => `What follows the @ is not a valid address: write ${EXAMPLE}.`,
  'server.modelIsKey': () => `The model's name looks like a key. ${NO_KEYS}`,
  'server.twoAddresses': () =>
    `The model's name holds a second address before the last @, perhaps with a user name or a key. Write ${EXAMPLE}. ${NO_KEYS}`,
  'server.userInAddress': ({ host }: { host: string }) => `The address of ${host} holds a user name or a key. ${NO_KEYS}`,
  'server.keyInAddress': ({ host, name }: { host: string; name: string }) => `The address of ${host} holds a key ("${name}=…"). ${NO_KEYS}`,
  'server.notBaseAddress': ({ host }: { host: string }) =>
    `The address of ${host} has a ? or # part: give the base address only, as in ${EXAMPLE}.`,

  'server.keyVariableName': () => 'Name an environment variable that ends in _API_KEY, such as OPENAI_API_KEY, and never the key itself.',
  'server.keyVariableUnset': ({ variable }: { variable: string }) => `The environment variable ${variable} is not set.`,
  'server.keyInVariable': ({ variable }: { variable: string }) => `the environment variable ${variable}`,
  'server.keyInEditor': () => 'the editor',
  'server.keyCharacters': ({ from }: { from: string }) =>
    `The key from ${from} contains characters that no key has (spaces, line breaks or non-ASCII).`,

  'server.unreachable': ({ url, code }: At & { code: string }) =>
    `The server ${url} ${UNREACHABLE[code] ?? 'does not answer (the connection timed out).'}`,
  'server.certificate': ({ url, code }: At & { code: string }) => `The server ${url} has a certificate that cannot be trusted (${code}).`,
  'server.closed': ({ url }: At) => `The server ${url} closed the connection before it answered.`,
  'server.notSent': ({ url, reason }: At & { reason: string }) => `The request to the server ${url} failed: ${reason}.`,
  'server.timeout': ({ url, seconds }: At & { seconds: number }) =>
    `The server ${url} did not answer within ${seconds} s (server.timeoutSeconds).`,
  'server.tooLong': ({ url, megabytes }: At & { megabytes: number }) =>
    `The server ${url} answered with more than ${megabytes} MB, far more than any valid answer.`,
  'server.notJson': ({ url, length, start }: At & { length: number; start: string }) =>
    `The server ${url} sent an answer that is not valid JSON (${length === 0 ? 'empty' : `${length} characters, starting with ${quote(start)}`}).`,
  'server.notAnswer': ({ url, reason }: At & { reason: string }) => `The server ${url} sent JSON that is not a valid answer: ${reason}.`,
  'server.embeddingCount': ({ found, texts }: { found: number; texts: number }) => `"data" has ${found} embeddings for ${texts} texts`,
  'server.noEmbedding': () => 'an embedding is not a list of numbers as long as the others',
  'server.noChoices': () => 'it has no "choices"',
  'server.choiceCount': ({ choices, texts }: { choices: number; texts: number }) =>
    `it has ${choices} choices for ${texts} ${texts === 1 ? 'text' : 'texts'}`,
  'server.choiceNumbers': ({ numbers, texts }: { numbers: readonly number[]; texts: number }) =>
    `its choices are numbered ${numbers.join(', ')} for ${texts} texts`,
  'server.choiceText': () => 'a choice has no text',
  'server.choiceToken': () => 'a log-probability lacks its token or its number',
  'server.noModelList': () => 'it has no list of models',

  'server.redirects': ({ url, status }: Answered) =>
    `The server ${url} redirects to another address (${status}): name that address in the task model.`,
  'server.keyRefused': ({ url, status, from, says }: Answered & { from: string }) =>
    `The server ${url} refused the key from ${from} (${status}). Check that key, and that it is for this server.${words(says)}`,
  'server.keyMissing': ({ url, status, says }: Answered) =>
    `The server ${url} refused a request without a key (${status}). Put the key into an environment variable and name that variable in server.apiKeyVariable, or store the key in the editor.${words(says)}`,
  'server.unpaid': ({ url, status, says }: Answered) =>
    `The server ${url} requires payment (${status}). Check the credit of your account there.${words(says)}`,
  'server.notFound': ({ url, path, says }: Answered & { path: string }) =>
    `The server ${url} does not know this address or model (404 for ${path}).${words(says)}`,
  'server.busy': ({ url, says }: Answered) =>
    `The server ${url} received more requests than it allows (429); a smaller server.concurrency may help.${words(says)}`,
  'server.failed': ({ url, status, says }: Answered) => `The server ${url} failed (${status}).${words(says)}`,
  'server.refused': ({ url, status, says }: Answered) => `The server ${url} refused a request (${status}).${words(says)}`,
  'server.waitTooLong': ({ problem, minutes }: { problem: string; minutes: number }) =>
    `${problem} It asks to wait ${minutes} minutes, which is too long for a run.`,

  'server.otherModels': ({ problem, names }: At & { problem: string; names: readonly string[] }) =>
    `${problem} It has the ${names.length === 1 ? 'model' : 'models'} ${list(names)}; put one of these names before the @.`,
  'server.noModels': ({ url }: At & { names: readonly string[] }) =>
    `The server ${url} lists no model. Name the one you want: openai:MODEL@${url}.`,
  'server.severalModels': ({ url, names }: At & { names: readonly string[] }) =>
    `The server ${url} has several models: ${list(names)}. Name the one you want: openai:MODEL@${url}.`,

  'server.notScorable': ({ url, model, tried }: At & { model: string; tried: readonly string[] }) =>
    `The model ${quote(model)} on ${url} cannot be scored. ${tried.join(' ')}`,
  'server.noWordReported': ({ top, texts }: { top: number; texts: number }) =>
    `Its ${top} likeliest tokens contained no label word in any of ${texts} texts.`,
  'server.noLogprobs': () => 'The server reports no log-probabilities.',
  'server.oneLogprob': () => 'The server reports no log-probabilities besides that of the token it writes.',
  'server.sameFirstToken': ({ words, token }: { words: readonly [string, string]; token: string }) =>
    `The label words ${quote(words[0])} and ${quote(words[1])} begin with the same token of this model (${quote(token)}), so its log-probabilities cannot tell them apart. Choose other words in "labels", or set "server": { "scoring": "answer" }.`,
  'server.answerPattern': ({ reason }: { reason: string }) => `server.answer is not a valid regular expression: ${reason}.`,

  'server.outsideEditor': ({ reference }: { reference: string }) =>
    `${reference} is one of VS Code's own models and is available inside VS Code only: run the task there. On the command line, use a bundled model, a folder, or a server (openai:MODEL@URL).`,
  /** @param model '' for any */
  'server.editorName': ({ model }: { model: string }) => `${model || 'a model'} of VS Code`,
  'server.editorTimeout': ({ seconds }: { seconds: number }) =>
    `The editor's model did not answer within ${seconds} s (server.timeoutSeconds).`,
  'server.editorStuck': ({ seconds }: { seconds: number }) =>
    `The editor's model did not answer within ${seconds} s (server.timeoutSeconds), and the request could not be canceled.`,
  'server.editorNoModel': ({ model, says }: OfEditor) =>
    `VS Code does not have ${named(model)}. Install or sign in to an extension that provides models (such as GitHub Copilot), or name another: vscode-lm:VENDOR/FAMILY, or vscode-lm: for any.${words(says)}`,
  'server.editorNoConsent': ({ model, says }: OfEditor) =>
    `RLPrompt may not use ${named(model)}. VS Code asks for your consent when a run starts; grant it there, or in "Manage Language Model Access" of the Accounts menu.${words(says)}`,
  'server.editorQuota': ({ model, says }: OfEditor) =>
    `The quota of ${named(model)} in VS Code is used up. Wait until it is renewed, then resume the run, or lower search.queryBudget.${words(says)}`,
  'server.editorBlocked': ({ model, says }: OfEditor) => `VS Code's provider refused to let ${named(model)} answer a text.${words(says)}`,
  'server.editorFailed': ({ model, says }: OfEditor) => `VS Code could not get an answer from ${named(model)}.${words(says)}`,
  'server.askFailed': ({ message }: { message: string }) => message,

  'server.budgetSpent': ({ queries }: { queries: number }) => `The run has sent all ${queries} queries of its budget (search.queryBudget).`,
  'server.mostFailed': ({ failed, texts, problem }: { failed: number; texts: number; problem: string }) =>
    `${failed} of ${texts} texts could not be scored, after all the retries that server.maxRetries allows. The last failure: ${problem}`,
  'server.allFailed': ({ requests, problem }: { requests: number; problem: string }) =>
    `The last ${requests} requests all failed, after all the retries that server.maxRetries allows. The last failure: ${problem}`,

  'server.byAnswer': () =>
    'the server reports no log-probabilities: a label word is scored by whether the model writes it, so a reward is right or wrong and nothing in between',
  'server.byCompletion': ({ top }: { top: number }) =>
    `label words are scored by their log-probabilities after the text, among the ${top} likeliest tokens`,
  'server.byChat': ({ top }: { top: number }) =>
    `label words are scored by their log-probabilities at the start of the chat model's answer, among the ${top} likeliest tokens`,
  'server.unreported': (some: Share) =>
    `in ${share(some)} scores a label word was not among the reported tokens; it counts as likely as the least likely of them, which overestimates it`,
  'server.withoutAnswer': (some: Share) => `${share(some)} answers named no label word; they count as wrong`,
  'server.leftOut': ({ queries, problem }: { queries: number; problem: string }) =>
    `${queries} queries failed for good and are left out of their prompts' means; the last failure: ${problem.replace(/\.$/, '')}`,
  'server.fromCache': ({ scores }: { scores: number }) => `${scores} scores came from the cache of earlier runs`,
  'server.storeTooLarge': () => 'the file is too large',
  'server.cacheUnusable': ({ path, reason }: { path: string; reason: string }) =>
    `scores are not kept for later runs: ${path} cannot be used (${reason})`,
};
