import assert from 'node:assert/strict';
import { acceptAnswer } from '../questions.mjs';
import { RunPanel } from '../runPanel.mjs';
import { until } from '../wait.mjs';

const SPEC = 'sentiment.prompt-task.json';
const NOTES = 'notes.md';
const SELECTED = 'All told, it was';
const TYPED = 'In just one word:';

/** @typedef {import('../workbench.mjs').Workbench} Workbench */

/** The prompts that were scored later, as they are on disk. @param {Workbench} workbench @returns {string[]} */
const kept = (workbench) =>
  JSON.parse(workbench.readFile(`${workbench.runFolders()[0]}/evaluated.json`)).map((/** @type {{ prompt: string }} */ { prompt }) =>
    prompt.trim(),
  );

/** The table's row of a prompt says where it is from, and how it does on held-out rows. @param {RunPanel} panel @param {string} prompt */
async function seeRow(panel, prompt) {
  const row = panel.rowOf(prompt);
  await panel.workbench.see(`"${prompt}" in the table`, row);
  const seen = () => row.innerText();
  await until(`a held-out score of "${prompt}"`, async () => /\d+\.\d%/.test(await row.locator('.column-test').innerText()), { seen });
  assert.match((await row.getAttribute('class')) ?? '', /origin-evaluated/);
  assert.equal(await row.locator('.column-origin').textContent(), 'evaluated');
}

/** The line under the field says where a prompt has come to stand, and the field waits for the next. @param {RunPanel} panel @param {string} prompt */
async function seeTold(panel, prompt) {
  const rank = await panel.rowOf(prompt).locator('.column-rank').innerText();
  const held = await panel.rowOf(prompt).locator('.column-test b').innerText();
  const text = new RegExp(`^“${prompt}” ranks ${rank}(st|nd|rd|th) of ${await panel.rows().count()}, held-out accuracy ${held}\\.$`);
  const status = panel.page.locator('.evaluate [role="status"]');
  const seen = () => status.innerText();
  await until(`${text} under the field`, async () => text.test((await status.textContent()) ?? ''), { seen });
  assert.equal(await panel.page.locator('.evaluate textarea').inputValue(), '');
  assert.ok(
    await panel.rowOf(prompt).evaluate((row) => row.getBoundingClientRect().top >= 0 && row.getBoundingClientRect().bottom <= innerHeight),
  );
}

/** An evaluation has begun and ended. @param {Workbench} workbench @param {string} prompt */
async function seeEvaluation(workbench, prompt) {
  const progress = await workbench.notification(`Evaluating "${prompt}"`);
  await workbench.seeNoMore('the progress', progress);
}

/** Selects the first line of the file in front. @param {Workbench} workbench */
async function selectLine(workbench) {
  await workbench.focusEditor(NOTES);
  await workbench.page.keyboard.press('Control+Home');
  await workbench.page.keyboard.press('Shift+End');
  await workbench.see('the selection in the status bar', workbench.inStatusBar(`(${SELECTED.length} selected)`));
}

/** Prompts of the user, scored on the rows of a run. @type {import('../path.mjs').Path} */
export default {
  name: 'prompts that the user evaluates',
  workspace: { rowsPerClass: 4, steps: 6, files: { [NOTES]: `${SELECTED}\n\nother text\n` } },
  steps: {
    'a run ends': async (workbench) => {
      await workbench.openFile(NOTES);
      await workbench.contextMenu(SPEC, workbench.inExplorer(SPEC), 'Optimize Prompt');
      await (await RunPanel.of(workbench)).seeState('finished');
    },

    'a text selected in an editor joins the table with its held-out score': async (workbench) => {
      await selectLine(workbench);
      await workbench.runCommand('RLPrompt: Evaluate Prompt…');
      await workbench.pick('sentiment');
      await acceptAnswer(workbench, 'Evaluate a prompt', SELECTED);
      const panel = await RunPanel.of(workbench);
      await seeRow(panel, SELECTED);
      assert.deepEqual(kept(workbench), [SELECTED]);
      await workbench.screenshot('selection-evaluated');
    },

    'by the menu of the selection it is scored again, and is there once': async (workbench) => {
      await selectLine(workbench);
      await workbench.contextMenu(
        'the selection',
        workbench.page.locator('.editor-group-container .view-line').getByText(SELECTED),
        'Evaluate Prompt…',
      );
      await workbench.pick('sentiment');
      await acceptAnswer(workbench, 'Evaluate a prompt', SELECTED);
      await seeEvaluation(workbench, SELECTED);
      const panel = await RunPanel.of(workbench);
      assert.equal(await panel.rows('evaluated').count(), 1);
      assert.deepEqual(kept(workbench), [SELECTED]);
    },

    'a prompt typed in the panel’s field joins it too': async (workbench) => {
      const panel = await RunPanel.of(workbench);
      await panel.typePrompt(TYPED);
      await panel.press('Evaluate');
      await seeRow(panel, TYPED);
      await seeTold(panel, TYPED);
      assert.equal(await panel.rows('evaluated').count(), 2);
      assert.deepEqual(kept(workbench).sort(), [SELECTED, TYPED].sort());
      await workbench.screenshot('typed-prompt-evaluated');
    },

    'Enter in the field scores it again, and it is there once': async (workbench) => {
      const panel = await RunPanel.of(workbench);
      await panel.typePrompt(TYPED);
      await workbench.page.keyboard.press('Enter');
      await seeEvaluation(workbench, TYPED);
      await seeTold(panel, TYPED);
      assert.equal(await panel.rows('evaluated').count(), 2);
      assert.deepEqual(kept(workbench).sort(), [SELECTED, TYPED].sort());
    },

    'after a reload of the window both are there, once': async (workbench) => {
      await workbench.reload();
      const panel = await RunPanel.of(workbench, 'finished');
      await seeRow(panel, SELECTED);
      await seeRow(panel, TYPED);
      assert.equal(await panel.rows('evaluated').count(), 2);
    },
  },
};
