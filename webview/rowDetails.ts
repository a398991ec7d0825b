import type { PromptRow, RunHead } from '../src/run/view/runView';
import { element } from './dom';
import { percent } from './format';

/** What a row opens to: the text that goes to the model, accuracy by class, confusion matrix, examples. */
export function rowDetails(row: PromptRow, head: RunHead): HTMLElement {
  const classes = head.summary?.classes ?? [];
  const label = (c: number): string => classes[c]?.label ?? String(c);
  const box = element('div', { class: 'row-details' }, filled(row, head));
  if (!row.test) return box;
  const { confusion, examples } = row.test;
  const head2 = (text: string): HTMLElement => element('h3', {}, text);
  const matrix = element(
    'table',
    { class: 'matrix' },
    element('caption', { class: 'hidden' }, 'Right class by row, answer by column'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('td', {}, 'is ╲ answered'),
        ...confusion.map((_, c) => element('th', { scope: 'col' }, label(c))),
        element('th', { scope: 'col' }, 'accuracy'),
      ),
    ),
    element(
      'tbody',
      {},
      ...confusion.map((counts, c) => {
        const total = counts.reduce((a, b) => a + b, 0);
        return element(
          'tr',
          {},
          element('th', { scope: 'row' }, label(c), classes[c] && element('span', { class: 'word' }, ` “${classes[c].word}”`)),
          ...counts.map((n, p) =>
            element('td', { class: `number heat-${total === 0 ? 0 : Math.round((4 * n) / total)}${p === c ? ' right' : ''}` }, String(n)),
          ),
          element('td', { class: 'number' }, total === 0 ? '–' : percent(counts[c]! / total)),
        );
      }),
    ),
  );
  box.append(element('div', {}, head2('Answers on held-out rows'), matrix));
  if (examples.length > 0)
    box.append(
      element(
        'div',
        {},
        head2('Examples'),
        element(
          'ul',
          { class: 'examples' },
          ...examples.map(({ text, label: is, predicted }) =>
            element(
              'li',
              { class: is === predicted ? 'right' : 'wrong' },
              element('span', { class: 'mark' }, is === predicted ? '✓ right' : '✗ wrong'),
              element('q', {}, text),
              element('span', { class: 'answer' }, is === predicted ? label(is) : `${label(is)}, answered ${label(predicted)}`),
            ),
          ),
        ),
      ),
    );
  return box;
}

/** The template around the prompt: a masked model reads its mask, a causal one only what comes before. */
function filled({ prompt }: PromptRow, { template, summary }: RunHead): HTMLElement {
  const read =
    summary?.maskToken === undefined ? (template.split('{mask}')[0] ?? '').trimEnd() : template.replace('{mask}', summary.maskToken);
  const [before = '', after = ''] = read.split('{prompt}');
  const start = prompt === '' || prompt.startsWith(' ') ? before.replace(/ $/, '') : before;
  return element(
    'div',
    {},
    element('h3', {}, 'What the model reads'),
    element('code', { class: 'filled' }, start, element('mark', {}, prompt), after),
  );
}
