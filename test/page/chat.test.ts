import { describe, expect, inject, it } from 'vitest';
import { parseTemplate } from '../../src/spec/template';
import { eachPanel, type Panel } from './panel';
import { finished, instructed } from './runs';

const chromium = inject('chromium');

describe("the panel's page of a run with a chat", () => {
  let panel: Panel;
  eachPanel(
    chromium,
    (first) => (panel = first),
    () => panel,
  );

  const button = (name: string) => panel.page.getByRole('button', { name });

  it('shows it message by message, and none for the empty prompt', async () => {
    const { parts, turns } = parseTemplate([
      { role: 'system', content: '{prompt}' },
      { role: 'user', content: 'Review: {input}' },
    ]);
    const view = finished();
    await panel.show({ ...view, head: { ...view.head, parts, turns } });
    expect(await panel.page.locator('.task .filled').innerText()).toBe('system: {prompt}\nuser: Review: {input}\nassistant:');
    const below = await panel.page.locator('.task').evaluate((task) => {
      const bottoms = [...task.children].filter((one) => !one.matches('.chat')).map((one) => one.getBoundingClientRect().bottom);
      return task.querySelector('.chat')!.getBoundingClientRect().top - Math.max(...bottoms);
    });
    expect(below).toBeGreaterThanOrEqual(0);
    await button('Details of It was').press('Enter');
    const filled = panel.page.locator('.row-details .filled');
    expect(await filled.innerText()).toMatch(/^system: +It was\nuser: Review: \{input\}\nassistant:$/);
    await button('Details of It was').press('Enter');
    await button('Details of no prompt').press('Enter');
    expect(await filled.innerText()).toBe('user: Review: {input}\nassistant:');
  });

  it('shows the beginning of an instruction, and the whole of it when that is opened', async () => {
    const view = instructed();
    const { prompt } = view.rows[0]!;
    await panel.show(view);
    const card = panel.page.locator('.winner-card');
    const short = await card.locator('.instruction').innerText();
    expect(short.length).toBeLessThan(420);
    expect(short).toMatch(/^You sort reviews by their mood\. Rules: - Irony .*…\s*✓$/s);
    for (const one of await panel.page.locator('table.ranked .instruction').allInnerTexts()) expect(one.length).toBeLessThan(140);
    const whole = card.locator('.whole-prompt');
    expect(await whole.locator('code').isVisible()).toBe(false);
    await whole.locator('summary').press('Enter');
    expect(await whole.locator('summary').innerText()).toMatch(/^Whole prompt \([\d,]+ characters\)$/);
    expect(await whole.locator('code').evaluate((one) => one.textContent)).toBe(prompt);
    await panel.page.getByRole('button', { name: /^Details of You sort reviews/ }).press('Enter');
    expect(await panel.page.locator('.row-details .filled mark').evaluate((one) => one.textContent)).toBe(prompt);
    // No name that a screen reader speaks holds all of it.
    const names = await panel.page.locator('[aria-label]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')!.length));
    expect(Math.max(...names)).toBeLessThan(160);
  });

  it('tells instructions with the same beginning apart, and shows a prompt of the user in one piece', async () => {
    const view = instructed();
    const [first, second, ...others] = view.rows;
    const prompt = `${first!.prompt}\n\nNever guess.`;
    await panel.show({ ...view, rows: [first!, { ...second!, prompt, pieces: [prompt] }, ...others] });
    const cells = await panel.page.locator('table.ranked .instruction').allInnerTexts();
    expect(cells).toHaveLength(2);
    expect(cells[0]).toContain('You sort reviews by their mood.');
    expect(cells[1]).toMatch(/^… .*Never guess\./);
    expect(await panel.page.locator('table.ranked .origin-manual .chip').first().innerText()).toMatch(/It was/);
  });

  it('evaluates an instruction of several lines', async () => {
    await panel.show(instructed());
    const field = panel.page.getByLabel('Prompt to evaluate');
    await panel.sent();
    await field.fill('Sort reviews.');
    await field.press('Shift+Enter');
    await field.pressSequentially('Be brief.');
    await field.press('Enter');
    expect(await panel.sent()).toEqual([['evaluate', 'Sort reviews.\nBe brief.']]);
  });
});
