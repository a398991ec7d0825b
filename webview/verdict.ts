import type { PromptRow, RunView } from '../src/run/view/runView';
import { element } from './dom';
import { count, percent, plural, pValue, signed } from './format';

/** What the held-out rows say about the winner, in plain and careful words. */
export function verdict({ head, rows }: RunView): HTMLElement | undefined {
  const { summary } = head;
  const ranked = rows.filter(({ origin }) => origin !== 'evaluated');
  const [winner] = ranked;
  const of = (origin: PromptRow['origin']): PromptRow | undefined => ranked.find((row) => row.origin === origin);
  const none = of('none');
  if (!summary || !winner?.test || !none?.test) return undefined;
  if (winner === none) return element('p', { class: 'verdict' }, 'No prompt did better than the empty one on train and validation rows.');
  const points = 100 * (winner.test.accuracy - none.test.accuracy);
  const real = summary.pairedTest.p < 0.05;
  const sentences = [
    ` scores ${percent(winner.test.accuracy)} on ${plural(winner.test.n, 'held-out row')}, ${signed(points)} points against no prompt (${pValue(summary.pairedTest.p)}${real ? '' : ', not a real difference'}).`,
    ` Always answering the commonest class: ${percent(summary.majorityBaseline)}.`,
  ];
  const [policy, random] = [of('policy'), of('random')];
  if (policy?.test && random?.test && summary.randomQueries)
    sentences.push(
      ` On an equal budget (${count(summary.queries.computed)} queries) the policy's best has ${percent(policy.test.accuracy)}, random search's best ${percent(random.test.accuracy)}.`,
    );
  return element('p', { class: 'verdict' }, element('b', {}, `“${winner.prompt.trim()}”`), ...sentences);
}

/** Remarks on data and models, out of the way but there. */
export function notes({ head }: RunView): HTMLElement | undefined {
  if (head.notes.length === 0 || head.state === 'starting') return undefined;
  return element(
    'details',
    { class: 'notes' },
    element('summary', {}, plural(head.notes.length, 'note')),
    element('ul', {}, ...head.notes.map((note) => element('li', {}, note))),
  );
}
