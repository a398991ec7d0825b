import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CandidateDetails as Details, CandidateSummary } from '../../src/messages/page';
import type { PromptRow } from '../../src/run/view/runView';
import { changes } from '../rows/diff';
import { count, percent, plural, signed } from '../format';
import { ask, send } from '../vscodeApi';

export const OPERATORS: Readonly<Record<CandidateSummary['operator'], string>> = {
  start: 'start',
  reflect: 'reflect on errors',
  addRule: 'add a rule',
  shorten: 'shorten',
  rephrase: 'rephrase',
  examples: 'add examples',
  recombine: 'recombine',
};

export const REFUSALS: Readonly<Record<NonNullable<CandidateSummary['refused']>, string>> = {
  failed: 'the proposer gave no answer',
  perfect: 'its parent made no mistake to learn from',
  queries: 'too few queries were left to try it',
  noBlock: 'the answer held no prompt',
  empty: 'the prompt was empty',
  tooLong: 'the prompt was too long',
  placeholder: 'the prompt held a placeholder of the template',
  control: 'the prompt held control characters',
  frozen: 'the prompt changed a frozen passage',
  copied: 'the prompt copied training rows',
  known: 'the prompt was known',
};

const STATES: Readonly<Record<CandidateSummary['state'], string>> = { kept: 'kept', dropped: 'dropped', refused: 'refused' };

/** `#12, add a rule, kept`. */
export function nameOf({ id, operator, state }: CandidateSummary): string {
  return `#${id}, ${OPERATORS[operator]}, ${STATES[state]}`;
}

type Loaded = { readonly details: Details } | { readonly error: string };

/** A candidate in full: what changed from its parent, what the proposer said, and the rows of the gate. */
export function CandidateDetails({ candidate, rows }: { candidate: CandidateSummary; rows: readonly PromptRow[] }) {
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    let current = true;
    const keep = (what: Loaded): void => {
      if (current) setLoaded(what);
    };
    ask('candidate', candidate.id).then(
      (details) => keep({ details }),
      (error: unknown) => keep({ error: error instanceof Error ? error.message : String(error) }),
    );
    return () => void (current = false);
  }, [candidate.id, candidate.state]);
  return (
    <section class="candidate-details" aria-label="Candidate">
      <h3>{nameOf(candidate)}</h3>
      <Facts candidate={candidate} />
      {!loaded && <p role="status">Reading the candidate…</p>}
      {loaded && 'error' in loaded && <p role="status">{loaded.error}</p>}
      {loaded && 'details' in loaded && <Shown candidate={candidate} details={loaded.details} rows={rows} />}
    </section>
  );
}

function Facts({ candidate: { parents, refused, gate, validation, queries, proposer, examples } }: { candidate: CandidateSummary }) {
  const facts: (string | undefined)[] = [
    parents.length > 0 ? `From ${parents.map((id) => `#${id}`).join(' and ')}` : undefined,
    refused && `Not tried: ${REFUSALS[refused]}`,
    gate &&
      `Gate ${gate.passed ? 'passed' : 'not passed'}: on ${plural(gate.rows, 'row')} it scores higher than its parent on ${count(gate.higher)}, lower on ${count(gate.lower)}; ${signed(100 * gate.gain)} points, ${percent(gate.better, 2)} likely to be better`,
    validation && `Estimate ${percent(validation.estimate)} on ${plural(validation.rows, 'validation row')}`,
    examples > 0 ? plural(examples, 'example') : undefined,
    `${plural(queries, 'query', 'queries')}${proposer ? `, ${plural(proposer.calls, 'request')} to the proposer, ${proposer.counted ? '' : 'about '}${plural(proposer.tokens, 'token')}` : ''}`,
  ];
  return <ul class="candidate-facts">{facts.map((fact) => fact !== undefined && <li key={fact}>{fact}.</li>)}</ul>;
}

function Shown({ candidate, details, rows }: { candidate: CandidateSummary; details: Details; rows: readonly PromptRow[] }) {
  const { text, parentText, reason, rows: gate } = details;
  const ranked = text === undefined ? undefined : rows.find(({ prompt }) => prompt.trim() === text.trim());
  return (
    <>
      {ranked && (
        <p class="candidate-rank">
          Rank {ranked.rank} in the table{ranked.test ? `, ${percent(ranked.test.accuracy)} held out` : ''}.
        </p>
      )}
      {text !== undefined && <Difference from={parentText} to={text} />}
      {text !== undefined && !ranked && candidate.state !== 'refused' && (
        <p class="row-buttons">
          <vscode-button secondary onClick={() => send('evaluate', text)}>
            Evaluate
          </vscode-button>
        </p>
      )}
      {reason !== undefined && (
        <>
          <h3>{candidate.refused === 'failed' ? 'Why there is no answer' : 'What the proposer said'}</h3>
          <blockquote class="candidate-reason">{reason}</blockquote>
        </>
      )}
      {gate.length > 0 && <GateRows rows={gate} />}
    </>
  );
}

function Difference({ from, to }: { from: string | undefined; to: string }) {
  const [plain, setPlain] = useState(false);
  const pieces = useMemo(() => (from === undefined ? [] : changes(from, to)), [from, to]);
  const diff = from !== undefined && !plain;
  return (
    <>
      <h3>
        {diff ? 'Changes from its parent' : 'Prompt'}{' '}
        {from !== undefined && (
          <button type="button" class="link" aria-pressed={plain} onClick={() => setPlain(!plain)}>
            {plain ? 'Show changes' : 'Show the prompt alone'}
          </button>
        )}
      </h3>
      <code class="filled candidate-diff" tabIndex={0} role="group" aria-label={diff ? 'Changes from its parent' : 'Prompt'}>
        {diff
          ? pieces.map(({ kind, text }, i) =>
              kind === 'same' ? text : kind === 'added' ? <ins key={i}>{visible(text)}</ins> : <del key={i}>{visible(text)}</del>,
            )
          : to}
      </code>
    </>
  );
}

/** Line breaks that came or went can be seen. */
function visible(text: string): string {
  return text.replaceAll('\n', '↵\n');
}

function GateRows({ rows }: { rows: Details['rows'] }) {
  const answer = (of: Details['rows'][number]['parent']) =>
    of ? (
      <>
        {of.got === '' ? <i>empty</i> : of.got}{' '}
        <span class="range" title="Score">
          {percent(of.score, 2)}
        </span>
      </>
    ) : (
      'not scored'
    );
  return (
    <>
      <h3>Rows of the gate</h3>
      <div class="held-out-box candidate-gate" role="region" aria-label="Rows of the gate" tabIndex={0}>
        <table class="held-out-table">
          <caption class="hidden">Training rows on which the candidate was compared with its parent</caption>
          <thead>
            <tr>
              {['Input', 'Expected', 'Parent', 'Candidate'].map((heading) => (
                <th scope="col">{heading}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ row, input, expected, parent, child }) => {
              const difference = parent && child ? child.score - parent.score : 0;
              return (
                <tr key={row}>
                  <td class="gate-input">{input}</td>
                  <td>{expected}</td>
                  <td>{answer(parent)}</td>
                  <td class={difference > 0 ? 'right' : difference < 0 ? 'wrong' : ''}>
                    {difference !== 0 && (
                      <span class="mark" role="img" aria-label={difference > 0 ? 'higher than the parent' : 'lower than the parent'}>
                        {difference > 0 ? '▲' : '▼'}
                      </span>
                    )}{' '}
                    {answer(child)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
