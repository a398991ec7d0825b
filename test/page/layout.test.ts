import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { RunView } from '../../src/run/view/runView';
import { word } from '../../src/wording/wording';
import { openBrowser, Panel } from './panel';
import { FINAL_ROWS, finished, FINISHED, instructed, testScore, training, VERDICTS } from './runs';

const chromium = inject('chromium');

describe('the layout of the page', () => {
  let browser: Browser;
  let panel: Panel;

  beforeAll(async () => {
    browser = await openBrowser(chromium);
  });
  afterAll(() => browser.close());
  afterEach(async () => expect(await panel.close()).toEqual([]));

  /** A run of prompts of so many tokens and of so many classes; every prompt that it shows is as long as can be. */
  function sized(tokens: 2 | 5, classes: number, withTransfer: boolean): RunView {
    const scores = { 'bundled:causal': testScore(0.7), 'hf:HuggingFaceTB/SmolLM2-135M': testScore(0.8) };
    const rows = FINAL_ROWS.map((one) => {
      const pieces = one.pieces.slice(0, tokens);
      return { ...one, pieces, prompt: pieces.join(''), test: testScore(0.7, classes), ...(withTransfer && { transfer: scores }) };
    });
    const summary = {
      ...FINISHED.summary!,
      classes: Array.from({ length: classes }, (_, i) => ({
        label: `category ${i}`,
        word: `word${i}`,
        train: 8,
        validation: 8,
        test: 150,
      })),
    };
    return finished({ promptLength: tokens, summary }, rows);
  }

  const WIDTHS = [320, 360, 420, 500, 560, 640, 720, 800, 900, 1042, 1150, 1280, 1440, 1700, 2000];

  it.each([
    ['vscode-dark', 2, 2],
    ['vscode-light', 5, 2],
    ['vscode-high-contrast', 2, 12],
    ['vscode-dark', 5, 12],
  ] as const)('has room for everything from 320 to 2,000 pixels: %s, prompts of %i tokens, %i classes', async (theme, tokens, classes) => {
    panel = await Panel.open(browser, { width: WIDTHS[0]!, theme });
    const outlook = { code: 'verdict.notAboveChanceSoFar', accuracy: 0.5, interval: [0.4, 0.6], n: 64, majority: 0.5 } as const;
    const views = [
      training({
        notes: [{ warning: `A warning with a long path: /home/someone/${'folder/'.repeat(20)}data.csv` }],
        rankable: true,
        ended: 'budget spent',
        outlook: { ...outlook, text: word(outlook.code, outlook) },
      }),
      sized(tokens, classes, false),
      sized(tokens, classes, true),
      VERDICTS.noDifference,
      instructed(),
    ];
    for (const view of views) {
      await panel.show(view);
      const whole = panel.page.locator('.whole-prompt:not([open]) > summary');
      if (await whole.isVisible()) await whole.click();
      const first = panel.page.getByRole('button', { name: /^Details of / }).first();
      if ((await first.getAttribute('aria-expanded')) === 'false') await first.click();
      for (const width of WIDTHS) {
        await panel.page.setViewportSize({ width, height: 900 });
        await panel.settled();
        expect(await panel.crowded(), `${width} pixels`).toEqual([]);
        const origins = panel.page.locator('table.ranked .origin').filter({ visible: true });
        expect(await origins.count()).toBe(view.rows.length);
        if (view.head.state === 'finished')
          expect(await panel.page.locator('.column-test').filter({ visible: true }).count()).toBeGreaterThan(1);
        // Five long tokens take few lines where there is room for them.
        if (width > 1000) {
          const heights = await panel.page
            .locator('table.ranked > tbody > tr:not(.details-row)')
            .evaluateAll((all) => all.map((one) => one.clientHeight));
          expect(Math.max(...heights)).toBeLessThan(80);
        }
      }
    }
  });
});
