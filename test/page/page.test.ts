import type { Browser } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { eachPanel, Panel } from './panel';
import { curves, FINAL_ROWS, finished, head, NO_CURVES, paperCurves, row, testScore, training, TRAINING_ROWS, VERDICTS } from './runs';
import { THEMES } from './themes';

const chromium = inject('chromium');
const ID = head().id;

describe("the panel's page in Chromium", () => {
  let browser: Browser;
  let panel: Panel;
  eachPanel(
    chromium,
    (first, its) => {
      [panel, browser] = [first, its];
    },
    () => panel,
  );

  const button = (name: string | RegExp) => panel.page.getByRole('button', { name });
  const card = () => panel.page.locator('.winner-card');
  const prompts = () => panel.page.locator('table.ranked > tbody > tr:not(.details-row) .column-prompt').allInnerTexts();
  const ranks = () => panel.page.locator('table.ranked > tbody > tr .column-rank').allInnerTexts();
  const focused = () =>
    panel.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);
  const update = (rows?: typeof FINAL_ROWS, values = {}) =>
    panel.post('update', { id: ID, head: head(values), append: NO_CURVES, ...(rows && { rows }) });

  it('asks for a snapshot, and shows what it gets', async () => {
    expect(await panel.page.getByText('Loading the run…').count()).toBe(1);
    expect(await panel.sent()).toEqual([['ready']]);
    await panel.show(training());
    expect(await panel.page.getByRole('heading', { level: 1 }).innerText()).toBe('reviews');
    expect(await panel.page.locator('.progress').innerText()).toMatch(/queries 2,432 of 5,000.*step 19.*about 2:01 left/s);
    expect(await prompts()).toHaveLength(TRAINING_ROWS.length);
    expect(await card().innerText()).toMatch(/Best so far.*Found by RLPrompt.*74\.8%\s+estimated/s);
    expect(await panel.page.locator('.column-test').count()).toBe(0);
    expect(await panel.kept()).toMatchObject({ id: ID, open: [] });
  });

  it('shows the stages with the share of the present one, and a clock that goes on between two messages', async () => {
    await panel.show(training());
    const stages = () => panel.page.locator('.phases li').allInnerTexts();
    const bar = panel.page.locator('vscode-progress-bar');
    expect(await stages()).toEqual([
      'First scores',
      expect.stringMatching(/Search\s49%/),
      'Choosing the best',
      'Random search',
      'Held-out scores',
    ]);
    expect(await panel.page.locator('.phases [aria-current=step]').innerText()).toContain('Search');
    expect(await bar.getAttribute('value')).toBe('49');
    await update(undefined, { stage: 'test', progress: 0.3, secondsLeft: 3 });
    expect((await stages())[4]).toMatch(/Held-out scores\s30%/);
    expect(await panel.page.locator('.phases .done').count()).toBe(4);
    const progress = panel.page.locator('.progress');
    await expect.poll(() => progress.innerText(), { timeout: 5000 }).toMatch(/elapsed 1[7-9] s.*almost done/s);
    await update(undefined, { state: 'paused', secondsLeft: 70 });
    expect(await progress.innerText()).toMatch(/elapsed 15 s.*about 1:10 left/s);
    await panel.show(finished({ ended: 'budget spent' }));
    expect(await progress.innerText()).toMatch(/queries 4,960 of 5,000.*search ended: budget spent/s);
    expect(await panel.page.locator('.phases, vscode-progress-bar').count()).toBe(0);
  });

  it('shows how far the search for label words is, while the run starts', async () => {
    const stages = ['labels', 'baselines', 'policy', 'ranking', 'test'] as const;
    await panel.show(training({ state: 'starting', stage: 'labels', stages, progress: 0.25, steps: 0, notes: ['Searching …'] }));
    expect(await panel.page.locator('.phases [aria-current=step]').innerText()).toMatch(/Label words\s25%/);
    expect(await panel.page.locator('vscode-progress-bar').getAttribute('value')).toBe('25');
    expect(await panel.page.locator('.face').innerText()).toMatch(/Choosing label words\s+Searching …/);
  });

  it('says at once when the first scores are not above chance, and what the best estimate rests on', async () => {
    const text = 'Not above chance so far.';
    const outlook = { code: 'verdict.notAboveChanceSoFar', accuracy: 0.53, interval: [0.41, 0.65], n: 64, majority: 0.5, text } as const;
    await panel.show(training({ outlook }));
    expect(await card().innerText()).toMatch(/Not above chance so far\..*63\.8–82\.8\s+95% interval.*96\s+rows scored/s);
    await update();
    expect(await card().innerText()).not.toContain(text);
  });

  it('shows warnings in the open, and remarks when asked', async () => {
    await panel.show(training({ notes: [{ warning: '3 rows skipped' }, 'drawn from train', { warning: '3 rows skipped' }] }));
    const warnings = panel.page.getByRole('region', { name: 'Warnings' });
    expect(await warnings.innerText()).toMatch(/^1 warning\s+3 rows skipped$/);
    expect(await panel.page.getByText('drawn from train').isVisible()).toBe(false);
    await panel.page.getByText('1 note', { exact: true }).click();
    expect(await panel.page.getByText('drawn from train').isVisible()).toBe(true);
    await update(undefined, { notes: [] });
    expect(await warnings.count()).toBe(0);
  });

  it('draws its charts, and adds the steps of an update', async () => {
    await panel.show(training());
    const plots = panel.page.locator('figure.chart .plot');
    const points = () => plots.evaluateAll((boxes) => boxes.map((box) => Number(box.dataset.points)));
    expect(await points()).toEqual([19, 19, 19]);
    expect(await panel.page.locator('figure.chart figcaption').allInnerTexts()).toEqual([
      'Estimated accuracy',
      'Share of each proposer',
      'Policy entropy (nats per token)',
    ]);
    for (const plot of await plots.all()) {
      const colors = await plot.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        const seen = new Set<string>();
        for (let i = 0; i < data.length; i += 4) if (data[i + 3]! > 200) seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
        return seen.size;
      });
      expect(colors).toBeGreaterThan(2);
    }
    await panel.post('update', { id: ID, head: head({ step: 21 }), append: curves(21, 20) });
    expect(await points()).toEqual([21, 21, 21]);
    // Faster than frames come, none is lost and they stay in order.
    await Promise.all([22, 23, 24].map((step) => panel.post('update', { id: ID, head: head({ step }), append: curves(step, step) })));
    expect(await points()).toEqual([24, 24, 24]);
    expect(await panel.page.locator('.progress').innerText()).toMatch(/step 24/);
    expect(await plots.first().getAttribute('aria-label')).toMatch(
      /^Estimated accuracy: Best so far from \d\d\.\d% to \d\d\.\d%, Mean of a step/,
    );
  });

  it('gives the values of a chart as a table, and at the cursor', async () => {
    await panel.show(training());
    const chart = panel.page.locator('figure.chart').first();
    await chart.getByText('Show as table').click();
    await expect.poll(() => chart.locator('tbody tr').count()).toBe(19);
    expect(await chart.locator('tbody tr').last().innerText()).toMatch(/^2,432\s+8\d\.\d% \(7\d\.\d% to 8\d\.\d%\)\s+6\d\.\d%$/);
    expect(await chart.locator('.legend').innerText()).toMatch(/Best so far\s+8\d\.\d% \(.*2,432 queries/s);
    await chart.locator('.u-over').hover({ position: { x: 2, y: 20 } });
    await expect.poll(() => chart.locator('.legend').innerText()).toMatch(/ 128 queries|^128 queries/m);
  });

  it('draws reward, greedy prompt and entropy of a run without estimates, random search over the same queries', async () => {
    await panel.show({ ...training(), curves: paperCurves(120, 40) });
    const charts = panel.page.locator('figure.chart');
    expect(await charts.locator('figcaption').allInnerTexts()).toEqual([
      'Reward',
      'Estimated accuracy of the greedy prompt',
      'Policy entropy (nats per token)',
    ]);
    expect(await charts.first().locator('.legend').innerText()).toMatch(/Random search, best so far.*61,440 queries/s);
    expect(await charts.nth(1).locator('.plot').getAttribute('data-points')).toBe('12');
  });

  it('shows what an estimate is worth, and held-out accuracy also in a narrow panel', async () => {
    await panel.page.setViewportSize({ width: 500, height: 900 });
    await panel.show(finished());
    const cell = (column: string) => panel.page.locator(`tr.origin-policy .column-${column}`).first();
    expect(await cell('estimate').innerText()).toMatch(/74\.8%.*96 rows/s);
    expect(await cell('estimate .estimate').getAttribute('title')).toBe('95% interval 63.8–82.8%, 96 rows');
    const held = (await cell('test .score').boundingBox())!;
    const actions = (await panel.page.locator('tr.origin-policy td.row-actions').first().boundingBox())!;
    expect(held.x + held.width).toBeLessThanOrEqual(actions.x);
  });

  it('sends what its buttons say', async () => {
    await panel.show(training({ rankable: true }));
    await panel.sent();
    for (const name of [
      'Pause',
      'Stop and Rank Now',
      'Stop',
      'Open spec',
      'Compare with another run…',
      'Export CSV',
      'Export Markdown',
      'Export HTML report',
      'Copy command',
      'Show log',
    ])
      await panel.page.getByRole('button', { name, exact: true }).click();
    expect(await panel.sent()).toEqual([
      ['pause'],
      ['rankNow'],
      ['stop'],
      ['openSpec'],
      ['compare'],
      ['export', 'csv'],
      ['export', 'markdown'],
      ['export', 'html'],
      ['copyCommand'],
      ['showLog'],
    ]);
    await panel.show(finished());
    await button('Evaluate on other models…').click();
    await button('Insert as a string at the cursor: It was').click();
    await button('Copy the prompt: It was').click();
    await button('Details of It was').click();
    await button('Insert as Function').click();
    await panel.post('settings', { smoothing: 0.8, trusted: true, functions: false });
    expect(await button('Insert as Function').count()).toBe(0);
    const which = { row: 4, prompt: ' It was' };
    expect(await panel.sent()).toEqual([
      ['transfer'],
      ['insert', { ...which, form: 'string' }],
      ['copy', { ...which }],
      ['insert', { ...which, form: 'function' }],
    ]);
  });

  it('sorts by a column, both ways, and names the row as the host has it', async () => {
    await panel.show(finished());
    const heading = (name: string) => panel.page.getByRole('columnheader', { name });
    await heading('Held out').getByRole('button').click();
    expect(await ranks()).toEqual(['2', '1', '3', '4', '5', '6']);
    expect(await heading('Held out').getAttribute('aria-sort')).toBe('descending');
    await heading('Held out').getByRole('button').press('Enter');
    expect(await ranks()).toEqual(['6', '5', '4', '3', '1', '2']);
    expect(await heading('Held out').getAttribute('aria-sort')).toBe('ascending');
    expect(await heading('#').getAttribute('aria-sort')).toBe('none');
    await panel.sent();
    await button('Copy the prompt: All in all, it was').click();
    expect(await panel.sent()).toEqual([['copy', { row: 1, prompt: ' All in all, it was' }]]);
  });

  it('folds prompts that are much alike under the best of them, until asked or sorted by another column', async () => {
    const twin = row(2, [' Absolutely', ' unforgettable', ' performances', ' though', ' simply'], { test: testScore(0.77) });
    const ranks = FINAL_ROWS.slice(1).map((one, i) => ({ ...one, rank: i + 3 }));
    await panel.show(finished({}, [FINAL_ROWS[0]!, twin, ...ranks]));
    const hidden = () => panel.page.locator('table.ranked > tbody > tr[hidden]').count();
    expect(await hidden()).toBe(1);
    const more = button('1 similar');
    expect(await more.getAttribute('aria-expanded')).toBe('false');
    await more.press('Enter');
    expect(await hidden()).toBe(0);
    expect(await focused()).toBe('Hide similar');
    await button('Hide similar').press(' ');
    expect(await hidden()).toBe(1);
    await button(/^Held out/).click();
    expect(await hidden()).toBe(0);
    expect(await more.count()).toBe(0);
  });

  it('opens a row by the keyboard to what the model reads and answers, and keeps it open over an update', async () => {
    await panel.show(finished());
    await button('Details of It was').press('Enter');
    const details = panel.page.locator('.row-details');
    expect(await details.locator('.filled').innerText()).toBe('{input} It was <mask> .');
    expect(await details.locator('.matrix tbody tr').first().innerText()).toMatch(/negative “terrible”\s+656\s+255\s+72\.0%/);
    expect(await details.locator('.examples .wrong').innerText()).toContain('negative, answered positive');
    expect(await panel.kept()).toMatchObject({ open: [' It was'] });
    await update(
      [...FINAL_ROWS].reverse().map((one, i) => ({ ...one, rank: i + 1 })),
      finished().head,
    );
    expect(await details.count()).toBe(1);
    expect(await button('Details of It was').getAttribute('aria-expanded')).toBe('true');
    await button('Details of It was').press(' ');
    expect(await details.count()).toBe(0);
  });

  it('keeps the focus when the rows change places', async () => {
    await panel.show(training());
    await button('Copy the prompt: It was').focus();
    const name = await focused();
    const [first, second, third, none] = TRAINING_ROWS;
    for (const order of [
      [third, first, second, none],
      [none, second, first, third],
      [second, row(9, ' new'), third, first],
    ]) {
      await update(order.map((one, i) => ({ ...one!, rank: i + 1 })));
      expect((await prompts()).findIndex((text) => text.includes('It'))).toBe(order.indexOf(third));
      expect(await focused()).toBe(name);
    }
  });

  it('keeps the focus on the button under Pause, which becomes Continue', async () => {
    await panel.show(training());
    await button('Pause').focus();
    await update(undefined, { state: 'paused' });
    await button('Continue').waitFor();
    expect(await panel.page.evaluate(() => document.activeElement?.textContent)).toBe('Continue');
    await panel.sent();
    await panel.page.keyboard.press('Enter');
    expect(await panel.sent()).toEqual([['continue']]);
  });

  it('evaluates a prompt, reports its rank, brings its row into view and empties the field', async () => {
    await panel.page.setViewportSize({ width: 700, height: 420 });
    const many = Array.from({ length: 40 }, (_, i) => row(i + 1, ` prompt${i}`, { test: testScore(0.7) }));
    await panel.show(finished({}, many));
    const field = panel.page.getByLabel('Prompt to evaluate');
    await panel.sent();
    await field.fill('In a word:');
    await field.press('Enter');
    expect(await panel.sent()).toEqual([['evaluate', 'In a word:']]);
    const status = panel.page.locator('.evaluate [role=status]');
    await panel.post('evaluation', { busy: true });
    expect(await status.innerText()).toBe('Evaluating on all rows of the task…');
    expect(await field.isDisabled()).toBe(true);
    await panel.post('evaluation', { busy: false, prompt: 'In a word:' });
    const evaluated = row(2, 'In a word:', { origin: 'evaluated', test: testScore(0.882) });
    await update([many[0]!, evaluated, ...many.slice(1).map((one) => ({ ...one, rank: one.rank + 1 }))], finished().head);
    expect(await status.innerText()).toBe('“In a word:” ranks 2nd of 41, held-out accuracy 88.2%.');
    expect(await field.inputValue()).toBe('');
    const line = panel.page.locator('tr.origin-evaluated');
    expect(await line.getAttribute('class')).toContain('marked');
    const place = await line.boundingBox();
    expect(place!.y).toBeGreaterThanOrEqual(0);
    expect(place!.y + place!.height).toBeLessThanOrEqual(420);
    await expect.poll(() => line.getAttribute('class')).not.toContain('marked');
    await panel.post('evaluation', { busy: false, error: 'The server did not answer.' });
    expect(await panel.page.locator('.evaluation.error').innerText()).toBe('The server did not answer.');
  });

  it('says what each state means, and offers what can be done', async () => {
    const states = {
      queued: ['Waiting', 'Stop'],
      starting: ['Opening models and data', 'Stop'],
      running: [undefined, 'Pause', 'Stop and Rank Now', 'Stop'],
      pausing: ['Pausing', 'Continue', 'Stop and Rank Now', 'Stop'],
      paused: ['Paused at step 19', 'Continue', 'Stop and Rank Now', 'Stop'],
      stopping: ['Stopping', 'Stop Now'],
      interrupted: ['Interrupted at step 19', 'Resume'],
      elsewhere: ['Training in another process'],
      failed: ['The run failed', 'Resume'],
      finished: [undefined],
    } as const;
    for (const [state, [title, ...buttons]] of Object.entries(states)) {
      const error = 'The model file is damaged.';
      const rankable = ['running', 'pausing', 'paused'].includes(state);
      await panel.show(training({ state: state as keyof typeof states, rankable, resumable: true, error, log: ['line 1', 'line 2'] }));
      expect(await panel.page.locator('.face h2').allInnerTexts()).toEqual(title === undefined ? [] : [title]);
      expect(await panel.page.locator('.buttons vscode-button').allInnerTexts()).toEqual(buttons);
      if (state === 'interrupted') expect(await panel.page.locator('.face').innerText()).toContain(error);
      if (state === 'failed') expect(await panel.page.locator('.face').innerText()).toMatch(/The model file is damaged\.\s+line 1\nline 2/);
    }
  });

  it('starts nothing in an untrusted workspace, and says so', async () => {
    await panel.show(training({ state: 'interrupted', resumable: true }));
    await panel.post('settings', { smoothing: 0.8, trusted: false, functions: true });
    expect(await panel.page.locator('.evaluation').innerText()).toBe('Trust this workspace to evaluate prompts.');
    expect(await panel.page.locator('.buttons vscode-button').getAttribute('disabled')).not.toBeNull();
    await panel.sent();
    await button('Resume').click({ force: true });
    expect(await panel.sent()).toEqual([]);
  });

  it('says that its run is gone', async () => {
    await panel.show(finished());
    await panel.post('gone');
    expect(await panel.page.getByText('This run no longer exists').count()).toBe(1);
    expect(await panel.page.locator('table').count()).toBe(0);
  });

  it('comes back as it was after a reload of its panel', async () => {
    await panel.close();
    panel = await Panel.open(browser, { state: { id: ID, smoothing: 0.5, open: [' It was'] } });
    await panel.show(finished());
    expect(await panel.page.getByLabel('Smoothing of the curves').inputValue()).toBe('0.5');
    expect(await button('Details of It was').getAttribute('aria-expanded')).toBe('true');
  });

  const FACES = {
    better: ['Found by RLPrompt', '77.8%', '+5.8', []],
    noDifference: ['Found by RLPrompt', '77.8%', '+0.2', ['data', 'length', 'labels', 'model']],
    worse: ['Found by RLPrompt', '72.3%', '−4.5', ['labels', 'length', 'data', 'model']],
    atChance: ['Found by random search', '51.2%', '+1.0', ['model', 'labels']],
    tooFew: ['Found by RLPrompt', '70.0%', '+10.0', ['data', 'model', 'labels']],
    yours: ['Your own prompt', '78.1%', '+0.3', ['length', 'labels', 'model']],
    start: ['A starting prompt', '78.1%', '+0.3', ['length', 'labels', 'model']],
    noPrompt: ['The task without a prompt', '74.3%', '+2.0', ['labels', 'length', 'model']],
  } as const;
  it.each(Object.entries(VERDICTS))('shows the winner and its verdict: %s', async (kind, view) => {
    const [origin, heldOut, difference, steps] = FACES[kind as keyof typeof FACES];
    await panel.show(view);
    const text = await card().innerText();
    for (const part of [view.head.verdict!.title, view.head.verdict!.text, origin, heldOut, difference]) expect(text).toContain(part);
    // Only a better prompt is green, and only there Insert is the primary action.
    const green = THEMES['vscode-dark']['charts-green'].replace(/\w\w/g, (hex) => `${Number.parseInt(hex, 16)}, `).slice(1, -2);
    expect((await card().evaluate((box) => getComputedStyle(box).borderLeftColor)) === `rgb(${green})`).toBe(kind === 'better');
    expect(await panel.page.locator('tr.winner').count()).toBe(kind === 'better' ? 1 : 0);
    expect(await panel.page.locator('main vscode-button:not([secondary])').allInnerTexts()).toEqual(kind === 'better' ? ['Insert'] : []);
    await panel.sent();
    for (const next of await card().locator('.next-steps vscode-button').all()) await next.click();
    expect(await panel.sent()).toEqual(steps.map((step) => (step === 'labels' ? ['tryLabelWords'] : ['editSpec', step])));
    const { prompt } = view.rows[0]!;
    for (const name of ['Insert', 'Copy']) {
      const act = card().getByRole('button', { name });
      expect(await act.count()).toBe(prompt === '' ? 0 : 1);
      if (prompt !== '') await act.click();
    }
    const which = { row: 0, prompt };
    expect(await panel.sent()).toEqual(
      prompt === ''
        ? []
        : [
            ['insert', { ...which, form: 'string' }],
            ['copy', which],
          ],
    );
  });

  it('takes no prompt that was evaluated later for the winner', async () => {
    const evaluated = row(1, ' In a word:', { origin: 'evaluated', test: testScore(0.9) });
    await panel.show(finished({}, [evaluated, ...FINAL_ROWS.map((one) => ({ ...one, rank: one.rank + 1 }))]));
    expect(await card().innerText()).toMatch(/Better.*Absolutely.*77\.8%/s);
    await panel.sent();
    await card().getByRole('button', { name: 'Copy' }).click();
    expect(await panel.sent()).toEqual([['copy', { row: 1, prompt: FINAL_ROWS[0]!.prompt }]]);
  });

  it('takes the colors of a new theme', async () => {
    await panel.show(training());
    const stroke = () => panel.page.locator('.legend line').first().getAttribute('stroke');
    expect(await stroke()).toBe(THEMES['vscode-dark']['charts-blue']);
    await panel.page.evaluate((color) => {
      document.documentElement.style.setProperty('--vscode-charts-blue', color);
      document.body.className = 'vscode-light';
    }, '#123456');
    await expect.poll(stroke).toBe('#123456');
  });
});
