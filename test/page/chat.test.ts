import { describe, expect, inject, it } from 'vitest';
import { parseTemplate } from '../../src/spec/template';
import { eachPanel, type Panel } from './panel';
import { finished } from './runs';

const chromium = inject('chromium');

describe.skipIf(chromium === '')("the panel's page of a run with a chat", () => {
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
    await button('Details of It was').press('Enter');
    const filled = panel.page.locator('.row-details .filled');
    expect(await filled.innerText()).toMatch(/^system: +It was\nuser: Review: \{input\}\nassistant:$/);
    await button('Details of It was').press('Enter');
    await button('Details of no prompt').press('Enter');
    expect(await filled.innerText()).toBe('user: Review: {input}\nassistant:');
  });
});
