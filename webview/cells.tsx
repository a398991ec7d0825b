import type { PromptRow, TransferScore } from '../src/run/view/runView';
import { isInstruction, percent, plural, shortPrompt } from './format';

/** The least and the greatest share in the table's intervals. */
export type Range = readonly [number, number];

export function intervalRange(rows: readonly PromptRow[]): Range {
  const all = rows.flatMap(({ test, transfer = {} }) => [test, ...Object.values(transfer)].flatMap((score) => score?.interval ?? []));
  return all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
}

const OF_TOKENS: readonly PromptRow['origin'][] = ['policy', 'random', 'single'];

/** Whether a search made the prompt of tokens. */
export function isOfTokens({ origin }: Pick<PromptRow, 'origin'>): boolean {
  return OF_TOKENS.includes(origin);
}

/**
 * Tokens as chips with visible spaces, or the beginning of an instruction; and whether the text gives the same tokens.
 * @param short an instruction on one line
 */
export function PromptCell({ row, short }: { row: PromptRow; short?: string | undefined }) {
  const { prompt, pieces, roundTrip } = row;
  if (prompt === '') return <span class="no-prompt">(no prompt)</span>;
  const mark = (kind: string, text: string, label: string, title: string) => (
    <span class={kind} role="img" title={title} aria-label={label}>
      {text}
    </span>
  );
  const long = isInstruction(prompt);
  return (
    <span class={long ? 'instruction' : 'chips'}>
      {long ? (short ?? shortPrompt(prompt)) : (isOfTokens(row) ? pieces : [prompt]).map((piece) => <Chip piece={piece} />)}
      {roundTrip === true &&
        mark('round-trip', '✓', 'The text gives the same tokens', 'As text, this prompt gives exactly the scored tokens')}
      {roundTrip === false &&
        mark('broken', '≠', 'The text gives other tokens', 'As text, this prompt gives other tokens than the scored ones')}
    </span>
  );
}

function Chip({ piece }: { piece: string }) {
  const bare = piece.replace(/^ /, '');
  return (
    <span class="chip">
      {piece !== bare && (
        <span class="space" aria-hidden="true">
          ␣
        </span>
      )}
      {bare.replaceAll('\n', '↵') || ' '}
    </span>
  );
}

/** Without weight: not the score that counts. */
export function Estimate({ value }: { value: TransferScore }) {
  return (
    <span class="estimate" title={titleOf(value)}>
      <span>{percent(value.accuracy)}</span>
      <span class="range">{intervalOf(value)}</span>
      <span class="rows">{plural(value.n, 'row')}</span>
    </span>
  );
}

export function intervalOf({ interval: [low, high] }: Pick<TransferScore, 'interval'>): string {
  return `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}`;
}

function titleOf(value: TransferScore): string {
  return `95% interval ${intervalOf(value)}%, ${plural(value.n, 'row')}`;
}

/** A share with its interval, as numbers and as a bar. */
export function Score({ value, range: [low, high] }: { value: TransferScore | undefined; range: Range }) {
  if (!value) return null;
  const [from, to] = value.interval;
  const x = (share: number): number => 1 + (58 * (share - low)) / (high - low || 1);
  return (
    <span class="score" title={titleOf(value)}>
      <b>{percent(value.accuracy)}</b>
      <svg class="interval" viewBox="0 0 60 10" width={60} height={10} aria-hidden="true">
        <line x1={x(from)} x2={x(to)} y1={5} y2={5} />
        <line x1={x(from)} x2={x(from)} y1={2} y2={8} />
        <line x1={x(to)} x2={x(to)} y1={2} y2={8} />
        <circle cx={x(value.accuracy)} cy={5} r={2.6} />
      </svg>
      <span class="range">{intervalOf(value)}</span>
    </span>
  );
}
