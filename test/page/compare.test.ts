import { describe, expect, inject, it } from 'vitest';
import type { HeldOut } from '../../src/messages/page';
import { eachPanel, type Panel } from './panel';
import { FINAL_ROWS, finished, head, training } from './runs';

const chromium = inject('chromium');
const WINNER = FINAL_ROWS[0]!.prompt;

describe('the comparison of runs', () => {
  let panel: Panel;
  eachPanel(
    chromium,
    (first) => (panel = first),
    () => panel,
  );

  const cells = (table: string) =>
    panel.page
      .locator(`${table} >> tbody tr`)
      .evaluateAll((rows) => rows.map((row) => Array.from(row.children, ({ textContent }) => textContent)));
  const three = [finished({ id: 'b', seed: 1 }), finished(), finished({ id: 'c', name: 'tickets', ended: 'budget spent' })] as const;
  const fields = [{ field: 'prompt.length', values: ['5', undefined, '2'] }];

  it('shows what differs in the specs, the scores, the curves and the tables of any number of runs', async () => {
    const [first, ...others] = three;
    await panel.show(first, others, fields);
    expect(await panel.page.getByRole('heading', { level: 1 }).innerText()).toBe('reviews, seed 1 ↔ reviews, seed 0 ↔ tickets');
    expect(await cells('.compare >> nth=0')).toEqual([['prompt.length', '5', '–', '2']]);
    const scores: (string | null)[][] = await cells('.compare >> nth=1');
    expect(scores.find(([name]) => name === 'Held out')!.slice(1)).toEqual(three.map((): unknown => expect.stringMatching(/^77\.8% \(/)));
    expect(scores.find(([name]) => name === 'No prompt, held out')!.slice(1)).toEqual(['66.3%', '66.3%', '66.3%']);
    expect(scores.find(([name]) => name === 'Search ended')!.slice(1)).toEqual(['–', '–', 'budget spent']);
    expect(await panel.page.locator('.legend').first().innerText()).toMatch(/seed 1.*seed 0.*tickets/s);
    expect(await panel.page.locator('.pair table.ranked').count()).toBe(3);
    expect(await panel.page.locator('vscode-button, .row-actions button').count()).toBe(0);
    expect(await panel.kept()).toMatchObject({ id: 'b', others: [head().id, 'c'] });
    for (const width of [320, 700, 1280]) {
      await panel.page.setViewportSize({ width, height: 900 });
      await panel.settled();
      expect(await panel.overflow()).toBe(0);
    }
  });

  it('says when no field differs, and compares a run that trains without held-out rows', async () => {
    await panel.show(training({ id: 'b' }), [finished()]);
    expect(await panel.page.getByText('No field differs.').count()).toBe(1);
    expect(await panel.page.locator('.compare-rows').count()).toBe(0);
  });

  it('shows the held-out rows on which the winners differ', async () => {
    const held = (predicted: (number | null)[]): HeldOut => ({
      classes: ['negative', 'positive'],
      file: '/reviews/test.csv',
      rows: [0, 1, 1].map((label, i) => ({ text: `text ${i}`, label, line: i + 2 })),
      prompts: [{ prompt: WINNER, origin: 'policy', predicted, confidence: predicted.map(() => 0.9) }],
    });
    await panel.show(three[0], [three[1]]);
    await panel.sent();
    await panel.page.getByRole('button', { name: /winners differ/ }).click();
    expect((await panel.sent()).map(([method, id]) => [method, id])).toEqual([
      ['heldOutOf', 'b'],
      ['heldOutOf', head().id],
    ]);
    await panel.replyInTurn('heldOutOf', [held([0, 1, null]), held([0, 0, 1])]);
    const rows = panel.page.locator('.compare-rows');
    await expect.poll(() => rows.innerText()).toMatch(/differ on 2 of the 3 rows.*1 in reviews, seed 1; 1 in reviews, seed 0\./s);
    expect(await cells('.compare-rows .compare')).toEqual([
      ['text 1', 'positive', '✓ positive', '✗ negative'],
      ['text 2', 'positive', '✗ no answer', '✓ positive'],
    ]);
  });
});
