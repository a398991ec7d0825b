import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { PromptRow, RunView, TransferScore } from '../src/run/view/runView';
import { element, replaceChildren, svg } from './dom';
import { percent, short } from './format';
import { icon } from './icons';
import { rowDetails } from './rowDetails';
import { HIGHEST_FIRST, sorted } from './store';
import { send } from './vscodeApi';

const ORIGINS: Record<PromptRow['origin'], string> = {
  policy: 'RLPrompt',
  manual: 'yours',
  random: 'random search',
  none: 'no prompt',
  evaluated: 'evaluated',
};

interface Column {
  readonly key: string;
  readonly title: string;
  readonly hint?: string;
  readonly number?: boolean;
}

const COLUMNS: readonly Column[] = [
  { key: 'rank', title: '#', hint: 'Rank by the mean gap over train and validation rows', number: true },
  { key: 'prompt', title: 'Prompt' },
  { key: 'origin', title: 'From' },
  {
    key: 'gap',
    title: 'Gap',
    hint: 'Mean probability gap between the right class and the best other one, train and validation rows',
    number: true,
  },
  { key: 'validation', title: 'Validation', hint: 'Accuracy on validation rows', number: true },
  { key: 'test', title: 'Held out', hint: 'Accuracy on test rows with its 95 % interval; no choice was made on them', number: true },
  { key: 'f1', title: 'Macro-F1', number: true },
  { key: 'perplexity', title: 'Perplexity', hint: 'Of the prompt under the policy model', number: true },
];

/** Milliseconds that a row stays marked. */
const MARKED = 3000;

/** The ranked prompts. */
export class PromptTable {
  readonly root = element('section', { class: 'prompts', 'aria-label': 'Prompts' });
  private readonly caption = element('p', { class: 'caption' });
  private readonly box = element('div', { class: 'table-box' });
  private by = 'rank';
  private reverse = false;
  private marked: string | undefined;
  private shown: { rows: readonly PromptRow[]; state: string } | undefined;

  constructor(
    private readonly open: Set<string>,
    private readonly onOpen: () => void,
    private readonly compact = false,
  ) {
    this.root.append(this.caption, this.box);
  }

  show(view: RunView): void {
    const key = { rows: view.rows, state: view.head.state };
    if (this.shown?.rows === key.rows && this.shown.state === key.state) return;
    this.shown = key;
    this.draw(view);
  }

  /** Brings a prompt's row into sight, and marks it for a moment. */
  reveal(prompt: string): void {
    this.marked = prompt;
    const line = this.line(prompt);
    line?.classList.add('marked');
    line?.scrollIntoView({ block: 'nearest' });
    setTimeout(() => {
      if (this.marked === prompt) this.marked = undefined;
      this.line(prompt)?.classList.remove('marked');
    }, MARKED);
  }

  private line(prompt: string): HTMLElement | null | undefined {
    return this.box.querySelector(`[data-key="${CSS.escape(`open-${prompt}`)}"]`)?.closest('tr');
  }

  private draw(view: RunView): void {
    const { head, rows } = view;
    const final = rows.some(({ test }) => test);
    this.caption.textContent =
      rows.length === 0
        ? head.state === 'running' || head.state === 'elsewhere'
          ? 'The first scores come soon.'
          : ''
        : final
          ? ''
          : 'Best so far, on train and validation rows. Held-out scores come at the end.';
    this.caption.hidden = this.caption.textContent === '';
    const focused = (document.activeElement as HTMLElement | null)?.dataset.key;
    const columns = COLUMNS.filter(
      ({ key }) => (final || !['test', 'f1', 'perplexity'].includes(key)) && !(this.compact && ['f1', 'perplexity', 'gap'].includes(key)),
    );
    const models = this.compact ? [] : [...new Set(rows.flatMap(({ transfer }) => Object.keys(transfer ?? {})))];
    const width = columns.length + models.length + 2;
    const scale = intervalScale(rows);
    const best = rows.find(({ origin }) => origin === 'policy');
    const body = sorted(rows, this.by, this.reverse).flatMap((row) => {
      const index = rows.indexOf(row);
      const opened = this.open.has(row.prompt);
      const line = element(
        'tr',
        { class: `${row.rank === 1 && final ? 'winner ' : ''}${row.prompt === this.marked ? 'marked ' : ''}origin-${row.origin}` },
        element('td', { class: 'expander' }, this.expander(row, opened, view)),
        ...columns.map(({ key, number }) => element('td', { class: `${number ? 'number ' : ''}column-${key}` }, cell(row, key, scale))),
        ...models.map((model) => element('td', { class: 'number' }, score(row.transfer?.[model], scale))),
        element('td', { class: 'row-actions' }, ...(row.prompt === '' || this.compact ? [] : actions(row, index))),
      );
      return opened ? [line, element('tr', { class: 'details-row' }, element('td', { colspan: width }, rowDetails(row, head)))] : [line];
    });
    replaceChildren(
      this.box,
      rows.length > 0 &&
        element(
          'table',
          { class: models.length > 0 ? 'ranked with-transfer' : 'ranked' },
          element('caption', { class: 'hidden' }, `Prompts of ${head.name}${best ? `; the best found is ${best.prompt.trim()}` : ''}`),
          element(
            'thead',
            {},
            element(
              'tr',
              {},
              element('td', { class: 'expander' }),
              ...columns.map((column) => this.heading(column, view)),
              ...models.map((model) => element('th', { scope: 'col', class: 'number', title: `Held-out accuracy on ${model}` }, model)),
              element('td', {}),
            ),
          ),
          element('tbody', {}, ...body),
        ),
    );
    if (focused !== undefined) this.box.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  private heading({ key, title, hint, number }: Column, view: RunView): HTMLElement {
    const current = this.by === key;
    const sort = (): void => {
      this.reverse = current && !this.reverse;
      this.by = key;
      this.draw(view);
    };
    const descending = this.reverse !== HIGHEST_FIRST.has(key);
    const arrow = current ? (descending ? ' ↓' : ' ↑') : '';
    return element(
      'th',
      {
        scope: 'col',
        class: `${number ? 'number ' : ''}column-${key}`,
        'aria-sort': current ? (descending ? 'descending' : 'ascending') : 'none',
      },
      element('button', { type: 'button', title: hint, 'data-key': `sort-${key}`, onclick: sort }, `${title}${arrow}`),
    );
  }

  private expander(row: PromptRow, opened: boolean, view: RunView): HTMLElement {
    const toggle = (): void => {
      if (opened) this.open.delete(row.prompt);
      else this.open.add(row.prompt);
      this.onOpen();
      this.draw(view);
    };
    const name = row.prompt === '' ? 'no prompt' : row.prompt.trim();
    return element(
      'button',
      {
        type: 'button',
        class: 'expand',
        'aria-expanded': String(opened),
        'aria-label': `Details of ${name}`,
        'data-key': `open-${row.prompt}`,
        onclick: toggle,
      },
      icon('chevron'),
    );
  }
}

function cell(row: PromptRow, key: string, scale: [number, number]): Node {
  switch (key) {
    case 'rank':
      return text(String(row.rank));
    case 'prompt':
      return promptCell(row);
    case 'origin':
      return element('span', { class: `origin origin-${row.origin}` }, ORIGINS[row.origin]);
    case 'gap':
      return text(row.gap.toFixed(3));
    case 'validation':
      return text(percent(row.validation.accuracy));
    case 'test':
      return score(row.test, scale);
    case 'f1':
      return text(row.test ? row.test.macroF1.toFixed(3) : '');
    default:
      return text(typeof row.perplexity === 'number' ? short(row.perplexity) : '');
  }
}

/** Tokens as chips with their spaces visible, and a mark where the text would give other tokens. */
function promptCell(row: PromptRow): HTMLElement {
  if (row.prompt === '') return element('span', { class: 'no-prompt' }, '(no prompt)');
  const chips = row.pieces.map((piece) => {
    const bare = piece.replace(/^ /, '');
    const space = piece !== bare && element('span', { class: 'space', 'aria-hidden': 'true' }, '␣');
    return element('span', { class: 'chip' }, space, bare.replaceAll('\n', '↵') || ' ');
  });
  const broken =
    row.roundTrip === false &&
    element(
      'span',
      {
        class: 'broken',
        role: 'img',
        title: 'Typed as text, this prompt gives other tokens than those that were scored',
        'aria-label': 'The text gives other tokens',
      },
      '≠',
    );
  const good =
    row.roundTrip === true &&
    element(
      'span',
      {
        class: 'round-trip',
        role: 'img',
        title: 'Typed as text, this prompt gives exactly the tokens that were scored',
        'aria-label': 'The text gives the same tokens',
      },
      '✓',
    );
  return element('span', { class: 'chips' }, ...chips, good, broken);
}

/** A share with its interval, as numbers and as a bar. */
function score(value: TransferScore | undefined, [low, high]: [number, number]): Node {
  if (!value) return text('');
  const [from, to] = value.interval;
  const x = (share: number): number => 1 + (58 * (share - low)) / (high - low || 1);
  const bar = svg(
    'svg',
    { class: 'interval', viewBox: '0 0 60 10', width: 60, height: 10, 'aria-hidden': 'true' },
    svg('line', { x1: x(from), x2: x(to), y1: 5, y2: 5 }),
    svg('line', { x1: x(from), x2: x(from), y1: 2, y2: 8 }),
    svg('line', { x1: x(to), x2: x(to), y1: 2, y2: 8 }),
    svg('circle', { cx: x(value.accuracy), cy: 5, r: 2.6 }),
  );
  const range = `${(100 * from).toFixed(1)}–${(100 * to).toFixed(1)}`;
  return element(
    'span',
    { class: 'score', title: `95 % interval ${range} %, ${value.n} rows` },
    element('b', {}, percent(value.accuracy)),
    bar,
    element('span', { class: 'range' }, range),
  );
}

function intervalScale(rows: readonly PromptRow[]): [number, number] {
  const all = rows.flatMap(({ test, transfer }) => [
    ...(test ? [test.interval] : []),
    ...Object.values(transfer ?? {}).map(({ interval }) => interval),
  ]);
  return all.length === 0 ? [0, 1] : [Math.min(...all.map(([low]) => low)), Math.max(...all.map(([, high]) => high))];
}

function actions(row: PromptRow, index: number): HTMLElement[] {
  const { prompt } = row;
  const name = prompt.trim();
  const act = (label: string, title: string, key: string, onclick: () => void, primary = false): HTMLElement =>
    element(
      'button',
      {
        type: 'button',
        class: primary ? 'small primary' : 'small',
        title,
        'aria-label': `${title}: ${name}`,
        'data-key': `${key}-${prompt}`,
        onclick,
      },
      label,
    );
  return [
    act('Insert', 'Insert as a string at the cursor', 'insert', () => send({ type: 'insert', row: index, prompt, form: 'string' }), true),
    act('ƒ', 'Insert as a function that fills the template', 'function', () =>
      send({ type: 'insert', row: index, prompt, form: 'function' }),
    ),
    act('Copy', 'Copy the prompt', 'copy', () => send({ type: 'copy', row: index, prompt })),
  ];
}

function text(value: string): Text {
  return document.createTextNode(value);
}
