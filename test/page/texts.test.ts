import type { Browser, Locator } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { eachPanel, Panel } from './panel';
import { finished } from './runs';
import { finishedTexts, heldTexts, trainingTexts } from './textRuns';
import { THEMES, type Theme } from './themes';

const chromium = inject('chromium');

describe('the panel of a run that generates texts', () => {
  let panel: Panel;
  let browser: Browser;
  eachPanel(
    chromium,
    (opened, from) => ([panel, browser] = [opened, from]),
    () => panel,
  );

  const section = (): Locator => panel.page.getByRole('region', { name: 'Held-out rows' });
  const lines = async (): Promise<number[]> => (await section().locator('tbody td.number').allInnerTexts()).map(Number);
  const filter = (name: RegExp): Locator => section().getByRole('radio', { name });
  const show = async (held = heldTexts()): Promise<void> => {
    await panel.show(finishedTexts());
    await section().getByRole('button', { name: 'Show every held-out row' }).click();
    await panel.reply('heldOut', { value: held });
    await section().getByRole('table').waitFor();
  };

  it('speaks of scores, metrics and generations, never of accuracy or classes', async () => {
    for (const view of [trainingTexts(), finishedTexts()]) {
      await panel.show(view);
      const text = await panel.page.locator('main').innerText();
      expect(text).not.toMatch(/accuracy|common class|label word|queries|\bgap\b/i);
      expect(text).toContain('Estimated score');
      expect(text).toMatch(/generations\s[\d,]+ of 10,000/);
    }
    // The classes' words are still those of classes.
    await panel.show(finished());
    expect(await panel.page.locator('main').innerText()).toMatch(/most common class[^]*Estimated accuracy/);
  });

  it('has a column for each metric, by which the table can be sorted', async () => {
    await panel.show(finishedTexts());
    const table = panel.page.locator('table.ranked');
    const headings = (await table.locator('thead th').allInnerTexts()).map((text) => text.replace(/ [↑↓]$/, ''));
    expect(headings).toEqual(
      expect.arrayContaining(['Held-out score', 'classifier', 'perplexity', 'word-count', 'Prompt’s perplexity']) as unknown,
    );
    await table.getByRole('button', { name: 'word-count' }).click();
    await table.getByRole('button', { name: 'word-count' }).click();
    const cells = await table.locator('td.column-metric:nth-child(9)').allInnerTexts();
    expect(cells).toEqual(['68.0%', '74.0%', '76.0%', '81.0%']);
  });

  it('shows the texts of each prompt beside their input, with score, change and reasons', async () => {
    await show();
    expect(await section().locator('thead th').allInnerTexts()).toEqual([
      'Line',
      'Input',
      '“wonderful and delightful generous evenings”',
      'no prompt',
    ]);
    const row = section().locator('tbody tr').nth(8);
    const [, , own, none] = await row.locator('td').all();
    expect(await own!.innerText()).toMatch(/^80\.0% \+35\.0 points\s+winner 8\.0: .*<b>the band<\/b>.*\s+80\.0%: reasons\s+winner 8\.1/);
    expect(await none!.innerText()).toMatch(/^45\.0%\s+plain 8\.0/);
    await own!.locator('summary').first().click();
    expect(await own!.innerText()).toContain('classifier 80.0%: P(positive) is 0.80');
    expect(await section().locator('tbody tr').nth(3).innerText()).toContain('not scored');
    expect(await section().locator('tbody tr').first().innerText()).toContain('empty');
    expect(await section().locator('th', { hasText: 'Reference' }).count()).toBe(0);
  });

  it('filters by a threshold, and by what the prompt fixes and breaks against the baseline', async () => {
    await show();
    const counts = async (): Promise<number[]> =>
      (await section().locator('.held-out-filters label').allInnerTexts()).map((text) => Number(/\d+$/.exec(text.trim())![0]));
    // Of 60 rows, 30 are below 50% less the one without a text; no prompt is below 50% everywhere.
    expect(await counts()).toEqual([60, 29, 30, 0]);
    await filter(/Below/).check();
    expect((await lines()).slice(0, 5)).toEqual([2, 3, 4, 6, 12]);
    await section().getByRole('spinbutton', { name: 'Threshold' }).fill('40');
    expect(await counts()).toEqual([60, 23, 0, 23]);
    await filter(/Broken/).check();
    expect(await lines()).toHaveLength(20);
    await section().getByLabel('Baseline').selectOption('–');
    expect(await filter(/Broken/).isDisabled()).toBe(true);
  });

  it('goes by one metric where that is asked for: scores, order, reasons', async () => {
    await show();
    await section().getByLabel('Order').selectOption({ label: 'lowest score first' });
    expect((await lines())[0]).toBe(2);
    await section().getByLabel('Metric').selectOption('perplexity');
    expect((await lines()).slice(0, 3)).toEqual([11, 21, 31]);
    const cell = section().locator('tbody tr').first().locator('td').nth(2);
    expect(await cell.innerText()).toMatch(/^10\.0%.*10\.0%: perplexity 90/s);
    await section().getByLabel('Order').selectOption({ label: 'furthest above the baseline first' });
    expect((await lines())[0]).toBe(2);
  });

  it('opens a row in the data file, shows references, and says if texts were left out', async () => {
    await show({ ...heldTexts(25, true), of: 2000 });
    expect(await section().locator('tbody tr').nth(5).innerText()).toContain('the right end 5');
    expect(await section().innerText()).toContain('25 of its 2,000 held-out rows');
    await panel.sent();
    await section()
      .getByRole('button', { name: /^Open line 9 of the data file/ })
      .click();
    expect(await panel.sent()).toEqual([['openRow', 9]]);
    const pages = section().getByRole('navigation', { name: 'Pages of rows' });
    await pages.getByRole('button', { name: 'Next' }).click();
    expect(await lines()).toEqual([22, 23, 24, 25, 26]);
  });

  it('compares the texts of two runs, the furthest apart first', async () => {
    const [a, b] = [finishedTexts(), finishedTexts({ id: 'b', seed: 1 })];
    await panel.show(a, [b]);
    await panel.page.getByRole('button', { name: /winners differ/ }).click();
    const held = heldTexts(12);
    const other = { ...held, prompts: [{ ...held.prompts[1]!, prompt: held.prompts[0]!.prompt }] };
    await panel.replyInTurn('heldOutOf', [held, other]);
    const rows = panel.page.locator('.compare-rows');
    await expect.poll(() => rows.innerText()).toMatch(/Of the 11 rows.*Highest score alone: 2 in steering, seed 0; 8 in steering, seed 1/s);
    expect(await rows.locator('tbody tr').first().innerText()).toMatch(/Row 0.*0\.0% winner 0\.0|0\.0%/s);
  });

  it.each(Object.keys(THEMES) as Theme[])('has room for everything at every width, in %s', async (theme) => {
    await panel.close();
    panel = await Panel.open(browser, { theme });
    await panel.show(trainingTexts());
    for (const width of [320, 900]) {
      await panel.page.setViewportSize({ width, height: 900 });
      await panel.settled();
      expect(await panel.crowded()).toEqual([]);
    }
    await show(heldTexts(30, true));
    await panel.page
      .getByRole('button', { name: /^Details of / })
      .first()
      .click();
    for (const width of [320, 500, 900, 1200, 2000]) {
      await panel.page.setViewportSize({ width, height: 900 });
      await panel.settled();
      expect(await panel.overflow()).toBe(0);
      expect(await section().evaluate((box) => box.scrollWidth - box.clientWidth)).toBeLessThanOrEqual(0);
      if (process.env.SCREENSHOTS)
        await panel.page.screenshot({ path: `${process.env.SCREENSHOTS}/${theme}-${width}.png`, fullPage: true });
    }
  });
});
