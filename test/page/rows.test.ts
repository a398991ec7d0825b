import type { Browser } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import type { HeldOutClasses } from '../../src/messages/page';
import { eachPanel, Panel } from './panel';
import { finished, training, VERDICTS } from './runs';
import { THEMES, type Theme } from './themes';

const chromium = inject('chromium');

/** Rows 0, 4, 8 … are wrong under the first prompt; the second is wrong in every third row, and has no score for row 5. */
function held(n: number): HeldOutClasses {
  const rows = Array.from({ length: n }, (_, i) => ({
    text: `Row ${i}: <b>${'some words '.repeat(i % 40)}</b>`,
    label: i % 2,
    line: i + 2,
  }));
  const answers = (wrong: number, without?: number): Pick<HeldOutClasses['prompts'][number], 'predicted' | 'confidence'> => ({
    predicted: rows.map(({ label }, i) => (i === without ? null : i % wrong === 0 ? 1 - label : label)),
    confidence: rows.map((_, i) => (i === without ? 0 : 0.5 + (i % 50) / 100)),
  });
  return {
    classes: ['negative', 'positive'],
    file: '/reviews/test.csv',
    rows,
    prompts: [
      { prompt: ' Absolutely downright', origin: 'policy', ...answers(4) },
      { prompt: '', origin: 'none', ...answers(3, 5) },
      { prompt: ' It was', origin: 'manual', ...answers(5) },
    ],
  };
}
const all = Array.from({ length: 300 }, (_, i) => i);

describe('the held-out rows in the panel', () => {
  let browser: Browser;
  let panel: Panel;
  eachPanel(
    chromium,
    (first, its) => {
      [panel, browser] = [first, its];
    },
    () => panel,
  );

  const section = () => panel.page.getByRole('region', { name: 'Held-out rows' });
  const lines = async () => (await section().locator('tbody tr td:first-child').allInnerTexts()).map((line) => Number(line) - 2);
  const filter = (name: RegExp) => section().getByRole('radio', { name });
  async function show(answer = held(300)): Promise<void> {
    await panel.show(finished());
    await section().getByRole('button', { name: 'Show every held-out row' }).click();
    await panel.reply('heldOut', { value: answer });
  }

  it('are asked for once the user wants them, and not while a run trains', async () => {
    await panel.show(training());
    expect(await section().count()).toBe(0);
    await panel.show(finished());
    await panel.sent();
    await section().getByRole('button', { name: 'Show every held-out row' }).click();
    await expect.poll(() => panel.sent()).toEqual([['heldOut']]);
    expect(await section().innerText()).toContain('Reading the rows…');
    await panel.reply('heldOut', { error: { message: 'The file has changed.' } });
    expect(await section().innerText()).toContain('The file has changed.');
  });

  it('show text, label, and the answer and confidence of each prompt', async () => {
    await show();
    const first = section().locator('tbody tr').nth(5);
    expect((await first.innerText()).split('\t').map((cell) => cell.trim())).toEqual([
      '7',
      expect.stringMatching(/^Row 5: <b>some words/),
      'positive',
      '✓ positive 55%',
      'not scored',
    ]);
    expect(await section().locator('thead th').allInnerTexts()).toEqual(['Line', 'Text', 'Label', '“Absolutely downright”', 'no prompt']);
    expect(await section().locator('tbody tr').first().innerText()).toContain('✗ positive 50%');
    await section().getByLabel('Also show').selectOption({ label: '“It was” (yours)' });
    expect(await section().locator('thead th').allInnerTexts()).toHaveLength(6);
  });

  it('can be filtered: wrong ones, and those that a prompt fixes or breaks against a baseline', async () => {
    await show();
    const counts = await section().locator('.held-out-filters label').allInnerTexts();
    const fixed = all.filter((i) => i % 4 !== 0 && i % 3 === 0 && i !== 5);
    const broken = all.filter((i) => i % 4 === 0 && i % 3 !== 0 && i !== 5);
    expect(counts.map((text) => Number(/\d+$/.exec(text.trim())![0]))).toEqual([300, 75, fixed.length, broken.length]);
    await filter(/Wrong/).check();
    expect(await lines()).toEqual(all.filter((i) => i % 4 === 0).slice(0, 50));
    await filter(/Fixed/).check();
    expect(await lines()).toEqual(fixed.slice(0, 50));
    await filter(/Broken/).check();
    expect(await lines()).toEqual(broken.slice(0, 50));
    // Against another baseline.
    await section().getByLabel('Baseline').selectOption({ label: '“It was” (yours)' });
    expect(await lines()).toEqual(all.filter((i) => i % 4 === 0 && i % 5 !== 0).slice(0, 50));
    await section().getByLabel('Baseline').selectOption('–');
    expect(await filter(/Fixed/).isDisabled()).toBe(true);
    expect(await filter(/Wrong/).isDisabled()).toBe(false);
  });

  it('show from the card why the winner is better than the prompt of the user', async () => {
    const run = VERDICTS.better;
    await panel.show(run);
    const card = panel.page.locator('.against-yours');
    expect(await card.innerText()).toBe('Against your own “It was” it fixes 220 held-out rows and breaks 114 rows. Show these rows');
    await card.getByRole('button').click();
    await panel.reply('heldOut', { value: held(300) });
    expect(await section().getByLabel('Baseline').inputValue()).toBe('2');
    expect(await filter(/Fixed by/).isChecked()).toBe(true);
    expect(await lines()).toEqual(all.filter((i) => i % 4 !== 0 && i % 5 === 0).slice(0, 50));
    for (const view of [VERDICTS.yours, VERDICTS.worse]) {
      await panel.show(view);
      expect(await card.count()).toBe(0);
    }
  });

  it('open in the data file', async () => {
    await show();
    await panel.sent();
    await section()
      .getByRole('button', { name: /^Open line 9 of the data file: Row 7/ })
      .click();
    expect(await panel.sent()).toEqual([['openRow', 9]]);
  });

  /** Elements of the section, and those that a click on Next brings. */
  async function work(rows: number): Promise<{ elements: number; brought: number }> {
    await show(held(rows));
    expect(await section().getByRole('navigation', { name: 'Pages of rows' }).innerText()).toContain(`Page 1 of ${rows / 50}`);
    expect(await section().locator('tbody tr').count()).toBe(50);
    const elements = await section().locator('*').count();
    const next = section().getByRole('button', { name: 'Next' });
    const brought = await next.evaluate(
      (button: HTMLElement) =>
        new Promise<number>((resolve) => {
          let count = 0;
          const observer = new MutationObserver((records) => {
            for (const added of records.flatMap((record) => [...record.addedNodes]))
              if (added instanceof Element) count += 1 + added.querySelectorAll('*').length;
          });
          observer.observe(document.body, { childList: true, subtree: true });
          button.click();
          // Effects run after the next frame.
          requestAnimationFrame(() =>
            requestAnimationFrame(() =>
              setTimeout(() => {
                observer.disconnect();
                resolve(count);
              }),
            ),
          );
        }),
    );
    return { elements, brought };
  }

  it('come in pages that are as much work with 2,000 rows as with 300', async () => {
    const few = await work(300);
    expect(await panel.close()).toEqual([]);
    panel = await Panel.open(browser);
    const many = await work(2000);
    expect(many).toEqual(few);
    // The rows of the page, with their cells and buttons.
    expect(many.brought).toBeGreaterThanOrEqual(50);
    expect(many.brought).toBeLessThanOrEqual(many.elements);
    const pages = section().getByRole('navigation', { name: 'Pages of rows' });
    expect(await pages.innerText()).toContain('Page 2 of 40');
    expect(await section().locator('tbody tr').count()).toBe(50);
    expect(await lines()).toEqual(Array.from({ length: 50 }, (_, i) => 50 + i));
    await filter(/Fixed/).check();
    expect((await lines())[0]).toBe(3);
    expect(await section().locator('tbody tr').count()).toBe(50);
    expect(await section().getByRole('table').getAttribute('class')).toBe('held-out-table');
    expect(await section().locator('caption').innerText()).toMatch(/^Held-out rows 1 to 50 of \d+, with the answers of 2 prompts$/);
  });

  it('are reached by the keyboard: prompts, filters, rows, pages', async () => {
    await show();
    await section().getByLabel('Prompt', { exact: true }).focus();
    const names: string[] = [];
    for (let i = 0; i < 6; i++) {
      names.push(await panel.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement!.tagName));
      await panel.page.keyboard.press('Tab');
    }
    expect(names).toEqual(['SELECT', 'SELECT', 'SELECT', 'INPUT', 'Rows', expect.stringMatching(/^Open line 2 of the data file/)]);
    await filter(/All/).focus();
    await panel.page.keyboard.press('ArrowDown');
    expect(await filter(/Wrong/).isChecked()).toBe(true);
    expect((await lines())[1]).toBe(4);
  });

  it('come again when a prompt was evaluated', async () => {
    await show();
    await panel.sent();
    const view = finished();
    const added = { ...view.rows[1]!, prompt: ' New', pieces: [' New'], origin: 'evaluated' as const };
    await panel.show({ ...view, rows: [...view.rows, added] });
    await expect.poll(() => panel.sent()).toContainEqual(['heldOut']);
  });

  it.each(Object.keys(THEMES) as Theme[])('fit every width, in %s', async (theme) => {
    await panel.close();
    panel = await Panel.open(browser, { theme });
    await show({ ...held(300), classes: ['cancellation', 'technical problem'] });
    await section().getByLabel('Also show').selectOption({ label: '“It was” (yours)' });
    for (const width of [320, 500, 700, 1000, 2000]) {
      await panel.page.setViewportSize({ width, height: 900 });
      for (const part of [section(), section().locator('.held-out-box')]) {
        const wider = await part.evaluate((box) => box.scrollWidth - box.clientWidth);
        expect(wider).toBeLessThanOrEqual(0);
      }
    }
  });
});
