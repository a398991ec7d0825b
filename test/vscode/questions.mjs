import { SHORT, until } from './wait.mjs';

/** @typedef {import('./workbench.mjs').Workbench} Workbench */

/** @param {Workbench} workbench */
const box = (workbench) => workbench.page.locator('.quick-input-widget:visible');

/** Accepts the answer that a question suggests. @param {Workbench} workbench @param {string} title @param {string} answer */
export async function acceptAnswer(workbench, title, answer) {
  const question = box(workbench).filter({ hasText: title });
  await workbench.see(`the question "${title}"`, question);
  const input = question.locator('.quick-input-box input');
  const seen = () => input.inputValue({ timeout: SHORT });
  await until('its answer', async () => (await seen()) === answer, { seen });
  await input.press('Enter');
  await workbench.seeNoMore('the question', question, SHORT);
}
