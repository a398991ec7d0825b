import { SHORT, until } from './wait.mjs';

/** @typedef {import('./workbench.mjs').Workbench} Workbench */

/** @param {Workbench} workbench */
const box = (workbench) => workbench.page.locator('.quick-input-widget:visible');

/** Waits for a question in an input box. @param {Workbench} workbench @param {string} title @param {RegExp} says what is asked, or why an answer is refused */
export async function seeQuestion(workbench, title, says) {
  const seen = () => box(workbench).innerText({ timeout: SHORT });
  await until(
    `the question "${title}" with ${String(says)}`,
    async () => {
      const text = await seen();
      return text.includes(title) && says.test(text);
    },
    { seen },
  );
}

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

/** Cancels the open question. @param {Workbench} workbench */
export async function turnAway(workbench) {
  await box(workbench).locator('.quick-input-box input').press('Escape');
  await workbench.seeNoMore('the question', box(workbench), SHORT);
}
