import { describe, expect, inject, it } from 'vitest';
import type { RunView } from '../../src/run/view/runView';
import { CANDIDATES, detailsOf, textOf } from './candidates';
import type { Browser } from 'playwright-core';
import { eachPanel, Panel } from './panel';
import { finished, reflected } from './runs';

const chromium = inject('chromium');

describe('the tree of candidates', () => {
  let browser: Browser;
  let panel: Panel;
  eachPanel(
    chromium,
    (first, from) => ([panel, browser] = [first, from]),
    () => panel,
  );

  const view = (): RunView => reflected(textOf(11));
  const items = () => panel.page.getByRole('treeitem');
  const item = (id: number) => panel.page.locator(`.candidate[data-id="${id}"]`);
  const details = () => panel.page.getByRole('region', { name: 'Candidate', exact: true });
  const focused = (): Promise<string | undefined> => panel.page.evaluate(() => (document.activeElement as HTMLElement).dataset.id);

  /** Opens the tree; the details of the best candidate come with it. */
  async function open(): Promise<void> {
    await panel.show(view());
    await panel.page.getByRole('button', { name: 'Show the tree of candidates' }).click();
    await panel.reply('candidates', { value: CANDIDATES });
    await panel.reply('candidate', { value: detailsOf(11) });
  }

  it('stands beside the scores of every search in one chart, its operators and its costs', async () => {
    await panel.show(view());
    const chart = (title: string) => panel.page.locator('.chart').filter({ hasText: title });
    const labels = (title: string): Promise<string[]> => chart(title).locator('.legend li span').allInnerTexts();
    expect(await labels('Estimated accuracy')).toEqual([
      'RLPrompt, best so far',
      'Reflection, best so far',
      'Random search, best so far',
      'No prompt',
      'Your best prompt',
    ]);
    expect(await chart('Estimated accuracy').locator('.legend').innerText()).toMatch(
      /Reflection, best so far\s+83\.9% \(75\.9% to 89\.9%\)/,
    );
    expect(await labels('Probability of each operator')).toEqual([
      'reflect on errors',
      'add a rule',
      'shorten',
      'rephrase',
      'add examples',
      'recombine',
    ]);
    expect(await chart('Tokens of the proposer').locator('.legend').innerText()).toContain('148,800');
    expect(await panel.page.locator('.progress').innerText()).toContain('proposer 120 requests, 148,800 tokens, $0.37');
    expect(await panel.page.locator('.progress').innerText()).toMatch(
      /task model 2,500,000 tokens, \$0\.38; 3 requests unanswered\s*in all \$0\.75/,
    );
    const table = panel.page.getByRole('region', { name: 'Searches' }).locator('tbody tr');
    expect((await table.allInnerTexts()).map((row) => row.split(/\s*\t\s*/))).toEqual([
      ['RLPrompt', '76.5%', '4,900 queries, about 1,200,000 tokens, $0.18', '–'],
      ['Reflection', '77.8%', '4,900 queries, 1,200,000 tokens, $0.18', '120 requests, 148,800 tokens, $0.37; 1 request unanswered'],
      ['Random search', '74.1%', '4,954 queries', '–'],
    ]);
  });

  it('has prompts of an instruction, of examples and of both in one table', async () => {
    const view = reflected(textOf(11), 'reflect');
    const forms = ['both', 'instruction', 'examples'] as const;
    await panel.show({ ...view, rows: view.rows.map((row, i) => (i < 3 ? { ...row, origin: 'reflect', form: forms[i]! } : row)) });
    const from = await panel.page.locator('main table td .origin:not(.origin-narrow)').allInnerTexts();
    expect(from.slice(0, 3)).toEqual(['reflection, with examples', 'reflection', 'reflection, examples only']);
  });

  it('comes without the charts of other searches where there was none', async () => {
    await panel.show(reflected(textOf(11), 'reflect'));
    expect(await panel.page.locator('.chart figcaption').allInnerTexts()).toEqual([
      'Estimated accuracy',
      'Probability of each operator',
      'Tokens of the proposer',
    ]);
    expect(await panel.page.locator('.task').innerText()).not.toContain('prompts of');
    expect(await panel.page.locator('.winner-card').innerText()).toContain('Found by reflection');
  });

  it('is asked for once the user wants it, and only where a model proposed prompts', async () => {
    await panel.show(finished());
    expect(await panel.page.locator('.candidates').count()).toBe(0);
    await panel.show(view());
    await panel.sent();
    await panel.page.getByRole('button', { name: 'Show the tree of candidates' }).click();
    await expect.poll(() => panel.sent()).toEqual([['candidates']]);
    await panel.reply('candidates', { error: { message: 'No candidate yet.' } });
    expect(await panel.page.locator('.candidates').innerText()).toContain('No candidate yet.');
  });

  it('shows those that were kept from parent to child, and the others when asked', async () => {
    await open();
    const levels = await items().evaluateAll((all) => all.map((one) => `${(one as HTMLElement).dataset.id} at ${one.ariaLevel}`));
    expect(levels).toEqual(['0 at 1', '2 at 2', '6 at 3', '8 at 4', '11 at 5', '12 at 6', '1 at 1']);
    expect(await item(11).getAttribute('aria-label')).toMatch(
      /^#11, add a rule, kept, the best so far, 80\.2% estimated, \+6\.0 points at the gate, - Where praise/,
    );
    expect(await item(11).getAttribute('aria-selected')).toBe('true');
    expect(await panel.page.locator('.on-way').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.id))).toEqual([
      '0',
      '2',
      '6',
      '8',
      '11',
    ]);
    await panel.page.getByLabel('Tried 11').check();
    expect(await items().count()).toBe(11);
    await panel.page.getByLabel('All proposals 13').check();
    expect(await item(5).getAttribute('aria-label')).toBe('#5, reflect on errors, refused, the prompt was too long');
    expect([await item(3).getAttribute('aria-posinset'), await item(3).getAttribute('aria-setsize')]).toEqual(['2', '3']);
  });

  it('shows what changed from the parent, why, and the rows of the gate', async () => {
    await open();
    const text = await details().innerText();
    for (const part of [
      'From #8.',
      'Gate passed: on 16 rows it scores higher than its parent on 5, lower on 1; +6.0 points, 91% likely to be better.',
      'Estimate 80.2% on 64 validation rows.',
      '40 queries, 1 request to the proposer, 1,240 tokens.',
      'Rank 1 in the table, 77.8% held out.',
      'The prompt takes irony at its word',
    ])
      expect(text).toContain(part);
    const pieces = (tag: string): Promise<string[]> => details().locator(`.candidate-diff ${tag}`).allTextContents();
    expect(await pieces('ins')).toEqual(['- Where praise and blame meet, the last sentence decides.↵\n', '11']);
    expect(await pieces('del')).toEqual(['8']);
    await details().getByRole('button', { name: 'Show the prompt alone' }).click();
    expect(
      await details()
        .locator('.candidate-diff')
        .evaluate((one) => one.textContent),
    ).toBe(textOf(11));
    const row = details().locator('tbody tr').nth(7);
    expect(await row.innerText()).toMatch(/negative 100%\s+▼ positive 0%/);
    expect(await details().locator('tbody tr').nth(2).innerText()).toContain('not scored');
    // It is in the table already.
    expect(await details().getByText('Evaluate').count()).toBe(0);
    await item(8).click();
    await panel.reply('candidate', { value: detailsOf(8) });
    await panel.sent();
    await details().getByText('Evaluate').click();
    expect(await panel.sent()).toEqual([['evaluate', textOf(8)]]);
  });

  it('is walked by the keys of a tree', async () => {
    await open();
    const press = async (key: string): Promise<string | undefined> => {
      await panel.page.keyboard.press(key);
      return focused();
    };
    await item(11).focus();
    expect(await press('ArrowUp')).toBe('8');
    expect(await press('Home')).toBe('0');
    expect(await press('ArrowLeft')).toBe('0');
    expect(await item(0).getAttribute('aria-expanded')).toBe('false');
    expect(await items().count()).toBe(2);
    expect(await press('ArrowDown')).toBe('1');
    expect(await press('ArrowUp')).toBe('0');
    expect(await press('ArrowRight')).toBe('0');
    expect(await press('ArrowRight')).toBe('2');
    expect(await press('ArrowLeft')).toBe('2');
    expect(await press('ArrowLeft')).toBe('0');
    expect(await press('End')).toBe('1');
    await panel.sent();
    expect(await press('Enter')).toBe('1');
    await expect.poll(() => panel.sent()).toEqual([['candidate', 1]]);
    await panel.reply('candidate', { value: detailsOf(1) });
    expect(await details().innerText()).toContain('#1, start, kept');
    // One stop for Tab in the tree.
    expect(await items().evaluateAll((all) => all.filter((one) => (one as HTMLElement).tabIndex === 0).length)).toBe(1);
  });

  it('comes again after a step, with the chosen candidate', async () => {
    await open();
    await item(6).click();
    await panel.reply('candidate', { value: detailsOf(6) });
    const run = view();
    await panel.show({ ...run, head: { ...run.head, step: run.head.step + 1 } });
    await panel.reply('candidates', { value: CANDIDATES });
    expect(await item(6).getAttribute('aria-selected')).toBe('true');
  });

  it.each(['vscode-dark', 'vscode-light', 'vscode-high-contrast'] as const)('has room at every width, in %s', async (theme) => {
    await panel.close();
    panel = await Panel.open(browser, { theme });
    await open();
    await panel.page.getByLabel('All proposals 13').check();
    for (const width of [320, 420, 640, 800, 1042, 1280, 2000]) {
      await panel.page.setViewportSize({ width, height: 900 });
      await panel.settled();
      expect(await panel.crowded(), `${width} pixels`).toEqual([]);
    }
  });
});
