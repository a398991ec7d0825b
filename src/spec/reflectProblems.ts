import { word, worded } from '../wording/wording';
import { setTo, type Fix, type Problem, type ProblemAt } from './problem';
import type { SchemaSpec } from './schema';
import { hasMethod } from './searches';

/** What is wrong with the searches that a spec names, and with the fields of the search by reflection. */
export function methodProblems(spec: SchemaSpec, problemAt: ProblemAt): Problem[] {
  const { kind, search, prompt, proposer, compare } = spec;
  const { method, proposals, random, proposerCalls } = search;
  const path = ['search', 'method'];
  const problems: Problem[] = [];
  if (method && new Set(method).size < method.length)
    problems.push(
      problemAt(path, {
        ...worded('spec.duplicateMethod', { method }),
        fixes: [setTo(path, [...new Set(method)], word('spec.fixDuplicates', { what: 'method' }))],
      }),
    );
  if (method?.every((name) => name === 'random'))
    problems.push(problemAt(path, { ...worded('spec.onlyRandom'), fixes: [setTo(path, ['rlprompt', 'random'])] }));
  if (method && random !== undefined)
    problems.push(problemAt(['search', 'random'], { ...worded('spec.randomTwice'), fixes: [remove(['search', 'random'])] }));

  const own = (of: 'rlprompt' | 'reflect', at: readonly string[], value: unknown): void => {
    if (value === undefined || hasMethod({ search }, of)) return;
    const fixes = [setTo(path, [...(method ?? ['rlprompt']), of]), remove(at)];
    problems.push(
      problemAt([...at], { ...worded('spec.otherMethod', { field: at.join('.'), of, method: method ?? ['rlprompt'] }), fixes }),
    );
  };
  own('rlprompt', ['search', 'proposals'], proposals);
  own('reflect', ['search', 'proposerCalls'], proposerCalls);
  own('reflect', ['proposer'], proposer);
  own('reflect', ['prompt', 'start'], prompt.start);
  own('reflect', ['prompt', 'frozen'], prompt.frozen);
  own('reflect', ['prompt', 'maxTokens'], prompt.maxTokens);
  if (!hasMethod({ search }, 'reflect')) return problems;

  const { start = compare[0], frozen = [] } = prompt;
  if (start === undefined && (kind === 'generation' || frozen.length > 0))
    problems.push(problemAt(['prompt'], worded('spec.startMissing')));
  for (const [i, span] of frozen.entries())
    if (start !== undefined && !start.includes(span))
      problems.push(problemAt(['prompt', 'frozen', i], worded('spec.frozenNotThere', { span, start })));
  if (prompt.start !== undefined && prompt.start.trim() === '') problems.push(problemAt(['prompt', 'start'], worded('spec.startMissing')));
  if (prompt.start !== undefined && PLACEHOLDER.test(prompt.start))
    problems.push(problemAt(['prompt', 'start'], worded('spec.startPlaceholder', { start: prompt.start })));
  return problems;
}

/** What the template has a place for; a prompt that holds one would put the input there twice. */
const PLACEHOLDER = /\{(input|prompt|mask)\}/;

function remove(path: readonly string[]): Fix {
  return { title: word('spec.fixRemove', { name: path.at(-1)! }), path, change: 'remove' };
}
