import type { Browser } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import type { RunSummary, RunView } from '../../src/run/view/runView';
import { verdictOf } from '../../src/run/result/verdict';
import type { PromptResult } from '../../src/run/result/result';
import { eachPanel, Panel } from './panel';
import { FINISHED, finished, row, testScore } from './runs';

const chromium = inject('chromium');

/** A finished run whose policy gave 24 rows three prompts. */
function perInput(): RunView {
  const rows = [
    row(1, [' so', ' it'], { origin: 'single', test: testScore(0.74) }),
    row(2, [], { prompt: '', origin: 'none', test: testScore(0.66), perplexity: null }),
  ];
  const promptOf = Array.from({ length: 24 }, (_, i) => (i % 4 === 3 ? 2 : i % 2));
  const given: NonNullable<RunSummary['perInput']> = {
    test: { ...testScore(0.79), n: 24 },
    versus: [
      { onlyFirst: 9, onlySecond: 1, p: 0.02, rows: 24 },
      { onlyFirst: 9, onlySecond: 1, p: 0.02, rows: 24 },
    ],
    prompts: [' plain plot', ' warm <b>heart</b>', ' odd one'].map((prompt, place) => ({
      prompt,
      tokens: [place, 2],
      pieces: [prompt],
      rows: promptOf.filter((p) => p === place).length,
    })),
    promptOf,
    inputs: promptOf.map((prompt, i) => ({
      text: `input ${i}`,
      prompt,
      label: i % 2,
      predicted: i === 5 ? null : i % 3 === 0 ? 0 : i % 2,
    })),
  };
  const summary: RunSummary = { ...FINISHED.summary!, perInput: given };
  const view = finished({ summary }, rows);
  const verdict = verdictOf({ ...summary, taskModel: 'm', prompts: rows as PromptResult[] })!;
  return { ...view, head: { ...view.head, verdict } };
}

describe('the panel of a run with a prompt for each input', () => {
  let panel: Panel;
  let browser: Browser;
  eachPanel(
    chromium,
    (opened, from) => ([panel, browser] = [opened, from]),
    () => panel,
  );

  it('shows the policy in place of a winning prompt, against the best single prompt', async () => {
    await panel.show(perInput());
    const card = panel.page.getByRole('region', { name: 'Winner' });
    const text = await card.innerText();
    expect(text).toContain('Better than the best single prompt');
    expect(text).toMatch(/A prompt for each input\s+3 prompts for 24 held-out rows/);
    expect(text).toMatch(/79\.0%\s+held out/);
    expect(browser.isConnected()).toBe(true);
  });

  it('inserts the call or the list of prompts', async () => {
    await panel.show(perInput());
    await panel.page.getByRole('button', { name: 'Insert Call' }).click();
    await panel.page.getByRole('button', { name: 'Insert Prompts' }).click();
    const sent = await panel.sent();
    expect(sent.flatMap(([method, argument]) => (method === 'insert' ? [argument.form] : []))).toEqual(['call', 'prompts']);
  });

  it('shows inputs with the prompts that they got and their answers, and those of one prompt', async () => {
    await panel.show(perInput());
    const section = panel.page.getByRole('region', { name: 'Inputs and their prompts' });
    expect(await section.locator('tbody tr').count()).toBe(24);
    expect(await section.locator('tbody tr').first().innerText()).toMatch(/input 0\s+plain plot\s+negative/);
    expect(await section.locator('tbody tr').nth(5).innerText()).toMatch(/input 5\s+warm <b>heart<\/b>\s+none/);
    expect(await section.locator('tbody tr').nth(9).innerText()).toMatch(/negative, not positive/);
    await section.getByRole('radio', { name: /odd one/ }).check();
    expect(await section.locator('tbody tr').count()).toBe(6);
  });
});
