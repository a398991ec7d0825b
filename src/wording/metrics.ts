import { count } from './numbers';

const quoted = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return `"${line.length > 60 ? `${line.slice(0, 57)}…` : line}"`;
};

/** Messages of `metrics/`: reasons for scores, and what is wrong with a metric of the spec. */
export const metricsWording = {
  'metric.unknown': ({ type, close, known }: { type: string; close: string | undefined; known: readonly string[] }) => ({
    message: `There is no metric "${type}"${close === undefined ? '' : `; did you mean "${close}"?`}`,
    expected: `one of ${known.join(', ')}, or one of these with not- before it`,
  }),
  'metric.noReferences': ({ type }: { type: string }) => ({
    message: `The metric "${type}" compares with references, and the rows have none`,
    expected: 'a "value" for the metric, or a column for "data.reference"',
  }),
  'metric.notText': ({ type, found }: { type: string; found: string }) => ({
    message: `The metric "${type}" compares with texts`,
    found,
    expected: 'a text or a list of texts',
  }),
  'metric.notCount': ({ type, found }: { type: string; found: string }) => ({
    message: `The metric "${type}" needs the number of words`,
    found,
    expected: 'a whole number, or { "min": 5, "max": 20 }',
  }),
  'metric.failed': ({ failed, of, reason }: { failed: number; of: number; reason: string | undefined }) =>
    `${count(failed)} of ${count(of)} texts have no score, since the model or a metric failed${reason === undefined ? '' : ` (last: ${reason})`}; their rows are left out of the means`,
  'metric.allFailed': ({ rows, reason }: { rows: number; reason: string }) =>
    `The metrics failed on ${rows} consecutive rows. The last reason: ${reason}.`,
  'metric.empty': () => 'the output is empty',
  'metric.equal': ({ expected }: { expected: string }) => `equals ${quoted(expected)}`,
  'metric.notEqual': ({ expected }: { expected: string }) => `differs from ${quoted(expected)}`,
  'metric.contains': ({ part }: { part: string }) => `contains ${quoted(part)}`,
  'metric.lacks': ({ part }: { part: string }) => `does not contain ${quoted(part)}`,
  'metric.words': ({ count, min, max }: { count: number; min: number; max: number }) =>
    `${count} ${count === 1 ? 'word' : 'words'}, expected ${min === max ? min : max === Infinity ? `at least ${min}` : `${min} to ${max}`}`,
  'metric.starts': ({ start }: { start: string }) => `starts with ${quoted(start)}`,
  'metric.noStart': ({ start }: { start: string }) => `does not start with ${quoted(start)}`,
  'metric.edits': ({ edits, length }: { edits: number; length: number }) => `${edits} edits of ${length} characters`,
  'metric.similarity': ({ name, score }: { name: string; score: number }) => `${name} ${score.toFixed(3)}`,
  'metric.notOrder': ({ found }: { found: string }) => ({
    message: 'The metric "rouge-n" needs the number of words in an n-gram',
    found,
    expected: 'a whole number from 1 to 4, or no value for 1',
  }),
  'metric.noPattern': ({ found }: { found: string }) => ({
    message: 'The metric "regex" needs a regular expression',
    found,
    expected: 'a pattern, or { "pattern": "...", "flags": "i" }',
  }),
  'metric.notPattern': ({ found, problem }: { found: string; problem: string }) => ({
    message: `The pattern is not a regular expression: ${problem}`,
    found,
    expected: 'a regular expression of JavaScript',
  }),
  'metric.matches': ({ pattern }: { pattern: string }) => `matches /${pattern}/`,
  'metric.noMatch': ({ pattern }: { pattern: string }) => `does not match /${pattern}/`,
  'metric.patternTooSlow': ({ pattern, milliseconds }: { pattern: string; milliseconds: number }) =>
    `/${pattern}/ took more than ${milliseconds} ms`,
  'metric.json': () => 'is valid JSON',
  'metric.notJson': () => 'is not valid JSON',
  'metric.otherJson': ({ path, problem }: { path: string; problem: string }) => `is JSON, but ${path === '' ? 'it' : path} ${problem}`,
  'metric.notSchema': ({ found, problem }: { found: string; problem: string }) => ({
    message: `The value is not a JSON schema: ${problem}`,
    found,
    expected: 'a JSON schema, such as { "type": "object", "required": ["name"] }',
  }),
  'metric.schemaNotObject': () => 'it must be an object',
  'metric.notClassifier': ({ found, classes }: { found: string | undefined; classes: readonly string[] }) => ({
    message: 'The metric "classifier" needs label words, and the class whose probability counts',
    found,
    expected:
      classes.length > 1
        ? `"class" to be one of ${classes.join(', ')}`
        : '{ "model": "bundled:masked", "template": "{input} It was {mask}.", "labels": { "bad": "terrible", "good": "great" }, "class": "good" }',
  }),
  'metric.classified': ({ label, percent }: { label: string; percent: number }) => `${label} with ${percent.toFixed(1)}%`,
  'metric.notPerplexity': ({ found }: { found: string | undefined }) => ({
    message: 'The metric "perplexity" needs the perplexity up to which a text is fluent',
    found,
    expected: 'a number, or { "model": "bundled:causal", "most": 100 } with a model that runs on this machine',
  }),
  'metric.perplexity': ({ perplexity, most }: { perplexity: number; most: number }) =>
    `perplexity ${perplexity.toFixed(1)}, fluent up to ${most}`,
  'metric.noScript': ({ found }: { found: string }) => ({
    message: 'The metric "javascript" needs a script',
    found,
    expected: 'a file beside the spec, such as "score.mjs", or { "file": "score.mjs", "timeoutSeconds": 5, "memoryMegabytes": 256 }',
  }),
  'metric.scriptElsewhere': ({ found }: { found: string }) => ({
    message: 'The script is outside the folder of the spec',
    found,
    expected: 'a file beside the spec or in a folder below it',
  }),
  'metric.scriptTooLong': ({ name, bytes }: { name: string; bytes: number }) => ({
    message: `The script ${name} is too long`,
    found: `${count(bytes)} bytes`,
    expected: 'at most 1,000,000 bytes',
  }),
  'metric.scriptUnreadable': ({ path, errno }: { path: string; errno: string | undefined }) => ({
    message: errno === 'ENOENT' ? 'There is no such script' : `The script cannot be read (${errno})`,
    found: path,
    expected: 'a file that exports "score(output, row)"',
  }),
  'metric.scriptNotAllowed': ({ found }: { found: string }) => ({
    message: 'You have not agreed to run the script',
    found,
    expected: '--allow-scripts on the command line, or your agreement in the editor',
  }),
  'metric.scriptNotLoaded': ({ found, problem }: { found: string; problem: string }) => ({
    message: `The script cannot be used: ${problem}`,
    found,
    expected:
      'an ES module that exports "score(output, row)", or a .cjs file with "module.exports.score"; it may import only modules of Node',
  }),
  'metric.scriptKeepsEnding': ({ name, starts }: { name: string; starts: number }) =>
    `The script ${name} was started ${starts} times and does not keep running. Correct it, then start a new run: a run keeps to the script that it began with.`,
  'metric.scriptNoScore': () => 'it does not export a function "score"',
  'metric.scriptThrew': ({ problem }: { problem: string }) => `the script threw ${problem}`,
  'metric.scriptReturned': ({ found }: { found: string }) => `the script returned ${found}, not a number from 0 to 1`,
  'metric.scriptMessage': () => 'a message of its own',
  'metric.scriptTooSlow': ({ seconds }: { seconds: number }) => `the script took more than ${seconds} s`,
  'metric.scriptTooLarge': ({ megabytes }: { megabytes: number }) => `the script took more than ${megabytes} MB of memory`,
  'metric.scriptEnded': ({ how }: { how: string }) => `the script's process ended: ${how}`,
  'metric.scriptScore': ({ score }: { score: number }) => `the script gave ${score.toFixed(3)}`,
  'metric.notRubric': ({ found }: { found: string | undefined }) => ({
    message: 'The metric "llm-rubric" needs a model on a server, and the rubric that it judges by',
    found,
    expected: '{ "model": "openai:MODEL@URL", "rubric": "The reply is polite and names the next step." }',
  }),
  'metric.judged': ({ score }: { score: number }) => `the judge gave ${score.toFixed(2)}`,
  'metric.judgedNothing': ({ answer }: { answer: string }) => `the judge gave no number from 0 to 1, but ${quoted(answer)}`,
  'metric.judgeCapped': ({ most }: { most: number }) => `all ${count(most)} judge calls are spent (search.judgeBudget)`,
  'metric.judgeCalls': ({ name, calls, most, fromStore }: { name: string; calls: number; most: number; fromStore: number }) =>
    `the judge ${name} was called ${count(calls)} times, where all judges may be called ${count(most)} times${fromStore === 0 ? '' : `; ${count(fromStore)} of its answers were stored before`}`,
  'metric.judgeBudget': ({ found, least, perText }: { found: number; least: number; perText: number }) => ({
    message: `The metrics may send ${count(least)} texts to servers, ${perText} for each generated text`,
    found: String(found),
    expected: `at least ${least}, or a smaller search.generationBudget`,
  }),
  'metric.notSimilar': ({ found }: { found: string | undefined }) => ({
    message: 'The metric "similar" compares with texts, by a model that runs here or by embeddings of a server',
    found,
    expected: 'a text, a list of texts, nothing for the references, or { "model": "openai:MODEL@URL", "texts": ["..."] }',
  }),
  'metric.noDirection': () => 'one of the texts has an embedding of length 0',
};
