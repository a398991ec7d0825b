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
  'metric.empty': () => 'the output is empty',
  'metric.equal': ({ expected }: { expected: string }) => `equals ${quoted(expected)}`,
  'metric.notEqual': ({ expected }: { expected: string }) => `differs from ${quoted(expected)}`,
  'metric.contains': ({ part }: { part: string }) => `contains ${quoted(part)}`,
  'metric.lacks': ({ part }: { part: string }) => `does not contain ${quoted(part)}`,
  'metric.words': ({ count, min, max }: { count: number; min: number; max: number }) =>
    `${count} ${count === 1 ? 'word' : 'words'}, wanted ${min === max ? min : max === Infinity ? `at least ${min}` : `${min} to ${max}`}`,
};
