import assert from 'node:assert/strict';
import { RunPanel } from '../runPanel.mjs';
import { SHORT, until } from '../wait.mjs';

const SPEC = 'endings.prompt-task.json';
const CODE = 'write.py';
const DATA = 'endings.csv';

const SUBJECTS = [
  'the concert',
  'this kettle',
  'our hotel',
  'the new phone',
  'that museum',
  'the morning train',
  'this novel',
  'the corner bakery',
];
const OPENINGS = ['After a week with', 'Everybody who asks me about', 'On the second day of'];
const ROWS = SUBJECTS.flatMap((subject, i) => OPENINGS.map((opening, j) => `${opening} ${subject} I said,it was a good thing ${i + j}`));

const FILES = {
  [CODE]: 'PROMPT = \n',
  [DATA]: ['text,reference', ...ROWS, ''].join('\n'),
  [SPEC]: JSON.stringify(
    {
      kind: 'generation',
      data: { train: DATA, rowsPerClass: { train: 5, validation: 5 }, testRows: 8 },
      template: '{prompt} {input}',
      generation: { maxTokens: 10, samples: 2 },
      metrics: [{ type: 'f1' }, { type: 'word-count', value: { min: 4, max: 9 } }],
      prompt: { length: 3 },
      compare: ['All told:'],
      policy: { hiddenSize: 32 },
      search: { generationBudget: 1600, promptsPerStep: 4, seed: 0 },
    },
    null,
    2,
  ),
};

/** @typedef {import('../workbench.mjs').Workbench} Workbench */

/** @param {Workbench} workbench @returns {{ kind: string, prompts: { prompt: string, origin: string, test: { metrics: { name: string }[] } }[] }} */
const result = (workbench) => JSON.parse(workbench.readFile(`${workbench.runFolders()[0]}/result.json`));

/** @param {Workbench} workbench */
async function viewer(workbench) {
  const { page } = await RunPanel.of(workbench, 'finished');
  const section = page.locator('section.held-out');
  await section.getByRole('button', { name: 'Show every held-out row' }).click({ timeout: SHORT });
  await workbench.see('the held-out rows', section.locator('table.of-texts tbody tr').first());
  return section;
}

/** A run that generates texts, from its spec to the texts and a prompt in the user's code. @type {import('../path.mjs').Path} */
export default {
  name: 'generated texts, from the spec to the texts of each row',
  workspace: { files: FILES },
  steps: {
    'a run shows its estimated score while it trains': async (workbench) => {
      await workbench.openFile(CODE);
      await workbench.page.keyboard.press('Control+Home');
      await workbench.page.keyboard.press('End');
      await workbench.contextMenu(SPEC, workbench.inExplorer(SPEC), 'Optimize Prompt');
      const panel = await RunPanel.of(workbench);
      await panel.seeState('running');
      await until('a curve', async () => (await panel.charts()).some(({ title, points }) => title === 'Estimated score' && points > 1), {
        timeout: 120_000,
        seen: () => panel.charts(),
      });
      await workbench.screenshot('texts-running');
      assert.doesNotMatch(await panel.page.locator('main').innerText(), /accuracy|common class|queries/i);
    },

    'it ends with a score by metric for each prompt': async (workbench) => {
      const panel = await RunPanel.of(workbench);
      await panel.seeState('finished');
      const { kind, prompts } = result(workbench);
      assert.equal(kind, 'generation');
      await until('the whole table', async () => (await panel.rows().count()) === prompts.length, { seen: () => panel.rows().count() });
      assert.deepEqual(
        prompts[0]?.test.metrics.map(({ name }) => name),
        ['f1', 'word-count'],
      );
      await workbench.see('the texts beside the checkpoint', panel.page.getByText(/on disk, .* of it results of single rows/));
      await panel.page.getByRole('button', { name: 'Details of' }).first().click({ timeout: SHORT });
      await workbench.see('texts of the prompt', panel.page.locator('.texts .outputs li').first());
      await workbench.screenshot('texts-finished');
      await panel.page.getByRole('button', { name: 'Details of' }).first().click({ timeout: SHORT });
    },

    'every held-out row has the texts of the winner and of no prompt': async (workbench) => {
      const section = await viewer(workbench);
      const rows = section.locator('table.of-texts tbody tr');
      assert.equal(await rows.count(), 8);
      assert.match((await rows.first().innerText()) ?? '', /it was a good thing \d/);
      await section.getByLabel('Order').selectOption({ label: 'lowest score first' }, { timeout: SHORT });
      await section.getByLabel('Metric').selectOption({ label: 'f1' }, { timeout: SHORT });
      const scores = await section.locator('tbody tr td:nth-of-type(4) .held-out-score b').allInnerTexts();
      const numbers = scores.map((text) => Number.parseFloat(text));
      assert.deepEqual(
        numbers,
        [...numbers].sort((a, b) => a - b),
      );
      await section.scrollIntoViewIfNeeded({ timeout: SHORT });
      await workbench.screenshot('texts-rows');
    },

    'a row opens in the data file': async (workbench) => {
      const { page } = await RunPanel.of(workbench, 'finished');
      const open = page.getByRole('button', { name: /^Open line \d+ of the data file/ }).first();
      const text = await open.innerText();
      await open.click({ timeout: SHORT });
      await workbench.see('the data file', workbench.tab(DATA));
      const line = ROWS.findIndex((row) => row.startsWith(text)) + 2;
      await workbench.see('the cursor on the row', workbench.page.locator('.statusbar-item', { hasText: `Ln ${line}, Col 1` }));
      await workbench.screenshot('texts-row-in-data');
    },

    'Insert puts the prompt into the code': async (workbench) => {
      await workbench.focusEditor(CODE);
      const { page } = await RunPanel.of(workbench, 'finished');
      const found = result(workbench).prompts.find(({ prompt }) => prompt !== '');
      await page.getByRole('button', { name: 'Insert as a string at the cursor' }).first().click({ timeout: SHORT });
      await until('the prompt in the code', async () => (await workbench.editorText(CODE)).includes(found?.prompt.trim() ?? '?'), {
        seen: () => workbench.editorText(CODE),
      });
    },

    'after a reload of the window the texts are there again': async (workbench) => {
      await workbench.save();
      await workbench.reload();
      await viewer(workbench);
    },
  },
};
