import { useId, useMemo, useState } from 'preact/hooks';
import type { HeldOutOutputs, HeldOutTexts } from '../../src/messages/page';
import { count, percent, signed } from '../format';
import { Choice, Filters, firstChoice, nameOf, PromptChoices } from './rowControls';
import { OpenRow, RowsTable } from './rowsTable';
import { ORDERS, scoreAt, shownTexts, TEXT_FILTERS, type Order, type TextFilter } from './textFilter';

/** Texts take more room than answers. */
const PAGE = 20;

/** Every held-out row with what up to three prompts wrote for it, and why each text has its score. */
export function TextViewer({ held, baseline: wanted }: { held: HeldOutTexts; baseline: string | undefined }) {
  const { prompts, metrics, rows: all } = held;
  const [chosen, setChosen] = useState(firstChoice(prompts, wanted));
  const [metric, setMetric] = useState<number>();
  const [threshold, setThreshold] = useState(50);
  const [filter, setFilter] = useState<TextFilter>('all');
  const [asked, setOrder] = useState<Order>('file');
  const [page, setPage] = useState(0);
  const columns = chosen.flatMap((index) => (index === undefined ? [] : (prompts[index] ?? [])));
  const [prompt, baseline] = [prompts[chosen[0]], chosen[1] === undefined ? undefined : prompts[chosen[1]]];
  const orders = ORDERS.filter(({ paired }) => !paired || baseline);
  const order = orders.some(({ key }) => key === asked) ? asked : 'file';
  const found = useMemo(
    () =>
      TEXT_FILTERS.map(({ key }) =>
        prompt ? shownTexts(all.length, { metric, threshold: threshold / 100, filter: key, order }, prompt, baseline) : [],
      ),
    [held, prompt, baseline, metric, threshold, order],
  );
  if (!prompt) return <p>No prompt has texts on held-out rows.</p>;
  const shown = found[TEXT_FILTERS.findIndex(({ key }) => key === filter)]!;
  const withReferences = all.some(({ references }) => references.length > 0);
  /** What is chosen starts at the first page. */
  const afresh =
    <T,>(set: (value: T) => void): ((value: T) => void) =>
    (value) => {
      set(value);
      setPage(0);
    };
  return (
    <>
      {held.of > all.length && (
        <p class="caption">{`The run kept the texts of ${count(all.length)} of its ${count(held.of)} held-out rows.`}</p>
      )}
      <PromptChoices prompts={prompts} chosen={chosen} choose={afresh(setChosen)} />
      <div class="held-out-prompts">
        <Choice
          label="Metric"
          value={metric === undefined ? '' : String(metric)}
          choose={afresh((value: string) => setMetric(value === '' ? undefined : Number(value)))}
          options={[{ value: '', text: 'all together' }, ...metrics.map((name, m) => ({ value: String(m), text: name }))]}
        />
        <Choice
          label="Order"
          value={order}
          choose={afresh((value: string) => setOrder(value as Order))}
          options={orders.map(({ key, label }) => ({ value: key, text: label }))}
        />
        <Threshold value={threshold} choose={afresh(setThreshold)} />
      </div>
      <Filters
        filters={TEXT_FILTERS.map((one, i) => ({ ...one, rows: found[i]!.length }))}
        filter={filter}
        comparable={baseline !== undefined}
        choose={afresh(setFilter)}
      />
      <RowsTable
        kind="of-texts"
        what="texts"
        shown={shown}
        page={page}
        size={PAGE}
        go={setPage}
        headings={['Input', ...(withReferences ? ['Reference'] : [])]}
        columns={columns}
        row={(row) => {
          const { text, references, line } = all[row]!;
          return (
            <tr key={row}>
              <td class="number">{line}</td>
              <OpenRow text={text} line={line} />
              {withReferences && (
                <td class="held-out-reference" data-name="Reference">
                  {references.join(' · ')}
                </td>
              )}
              {columns.map((column, i) => (
                <Outputs key={i} column={column} row={row} metric={metric} metrics={metrics} against={i === 0 ? baseline : undefined} />
              ))}
            </tr>
          );
        }}
      />
    </>
  );
}

/** In percent. */
function Threshold({ value, choose }: { value: number; choose: (value: number) => void }) {
  const id = useId();
  return (
    <span class="held-out-choice">
      <label for={id}>Threshold</label>
      <input
        id={id}
        type="number"
        min={0}
        max={100}
        step={5}
        value={value}
        onInput={({ currentTarget: { valueAsNumber } }) => Number.isFinite(valueAsNumber) && choose(valueAsNumber)}
      />
      %
    </span>
  );
}

interface OutputsProps {
  readonly column: HeldOutOutputs;
  readonly row: number;
  readonly metric: number | undefined;
  readonly metrics: readonly string[];
  readonly against: HeldOutOutputs | undefined;
}

/** A prompt's texts for a row: their mean score, then each with its own and, on demand, the reasons. */
function Outputs({ column, row, metric, metrics, against }: OutputsProps) {
  const samples = column.outputs[row] ?? [];
  const score = scoreAt(column, row, metric);
  if (score === undefined)
    return (
      <td class="held-out-outputs" data-name={nameOf(column)}>
        not scored
      </td>
    );
  const before = against && scoreAt(against, row, metric);
  return (
    <td class="held-out-outputs" data-name={nameOf(column)}>
      <p class="held-out-score">
        <b>{percent(score)}</b>
        {before !== undefined && Math.abs(score - before) >= 0.0005 && <span>{` ${signed(100 * (score - before))} points`}</span>}
      </p>
      {samples.map(({ output, score: own, parts }, i) => (
        <div class="held-out-output" key={i}>
          <p>{output === '' ? <i>empty</i> : output}</p>
          {metric === undefined ? (
            <details>
              <summary>{samples.length > 1 ? `${percent(own)}: reasons` : 'Reasons'}</summary>
              <ul>
                {parts.map(([value, reason], m) => (
                  <li key={m}>
                    {metrics[m]} <b>{percent(value)}</b>: {reason}
                  </li>
                ))}
              </ul>
            </details>
          ) : (
            <p class="held-out-reason">
              {samples.length > 1 && `${percent(parts[metric]![0])}: `}
              {parts[metric]![1]}
            </p>
          )}
        </div>
      ))}
    </td>
  );
}
