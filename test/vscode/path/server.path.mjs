import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startModelServer } from '../modelServer.mjs';
import { acceptAnswer } from '../questions.mjs';
import { RunPanel } from '../runPanel.mjs';
import { SHORT, until } from '../wait.mjs';

const SPEC = 'sentiment.prompt-task.json';
const CODE = 'classify.py';
const REPORT = 'sentiment-prompts.html';

/** @typedef {import('../workbench.mjs').Workbench} Workbench */

/** @type {Awaited<ReturnType<typeof startModelServer>>} */
let server;

/** @param {Workbench} workbench @param {string} folder @returns {{ stopped: string, taskModel: string, prompts: { prompt: string, test?: object }[] }} */
const result = (workbench, folder) => JSON.parse(workbench.readFile(join(folder, 'result.json')));

/** Agrees to what a run sends, ends its search early, and waits for its table. @param {Workbench} workbench @param {number} run which one, the oldest first */
async function rankEarly(workbench, run) {
  await workbench.pressInDialog(/at most [\d,]+ queries/, 'Continue');
  const panel = await RunPanel.of(workbench, 'running');
  await panel.press('Stop and Rank Now');
  await panel.seeState('finished');
  const { stopped, taskModel } = result(workbench, workbench.runFolders()[run] ?? '');
  assert.equal(stopped, 'request');
  assert.equal(taskModel, `openai:tiny@${server.url}`);
  return panel;
}

/** The lenses above the code. @param {Workbench} workbench @param {string} text */
const lens = (workbench, text) => workbench.page.locator('.codelens-decoration a').filter({ hasText: text }).first();

/** From a server's address to a classifier in the user's code, and on to a newer run. @type {import('../path.mjs').Path} */
export default {
  name: 'a run on a server, its rows, and its classifier in code',
  workspace: { rowsPerClass: 6, steps: 4000, queryBudget: 20_000, files: { [CODE]: '' } },
  steps: {
    'Pick Task Model writes the address of a server into the spec': async (workbench) => {
      server = await startModelServer();
      await workbench.contextMenu(SPEC, workbench.inExplorer(SPEC), 'Pick Task Model…');
      await workbench.pick('Server Address…');
      await workbench.answer(`tiny@${server.url}`);
      await workbench.see('the editor of the spec', workbench.tab(SPEC));
      await until(
        'the model in the spec',
        async () => (await workbench.editorText(SPEC)).includes(`"taskModel": "openai:tiny@${server.url}"`),
        {
          seen: () => workbench.editorText(SPEC),
        },
      );
      await workbench.see('the lens with the model', lens(workbench, 'Pick Task Model…'));
      await workbench.screenshot('model-picked');
      await workbench.focusEditor(SPEC);
      await workbench.save();
    },

    'Stop and Rank Now ends the search with a table and a verdict': async (workbench) => {
      await workbench.openFile(CODE);
      await workbench.contextMenu(SPEC, workbench.inExplorer(SPEC), 'Optimize Prompt');
      const panel = await rankEarly(workbench, 0);
      await workbench.see('why the search ended', panel.page.getByText('search ended: you asked for the ranking'));
      assert.equal(await panel.page.locator('vscode-button:not([secondary])').count(), 0);
      await workbench.screenshot('ranked-early');
    },

    'Score gives a prompt its held-out score, after consent': async (workbench) => {
      const panel = await RunPanel.of(workbench);
      const buttons = panel.page.getByRole('button', { name: /^Score on held-out rows/ });
      await workbench.see('a prompt that is not scored', buttons.first());
      const before = await buttons.count();
      await buttons.first().click({ timeout: SHORT });
      await workbench.pressInDialog(/at most [\d,]+ queries/, 'Continue');
      await until('one prompt fewer without a score', async () => (await buttons.count()) === before - 1, { seen: () => buttons.count() });
    },

    'every held-out row is there, filtered by what the prompt gets wrong, and opens the data file': async (workbench) => {
      const { page } = await RunPanel.of(workbench);
      await page.getByRole('button', { name: 'Show every held-out row' }).click({ timeout: SHORT });
      const rows = page.locator('.held-out-table tbody tr');
      await until('all rows', async () => (await rows.count()) === 12, { seen: () => rows.count() });
      const wrong = page.locator('.held-out-table tbody tr:has(td:nth-child(4).wrong)');
      const expected = await wrong.count();
      await page.getByRole('radio', { name: /^Wrong/ }).check({ timeout: SHORT });
      await until('the wrong rows', async () => (await rows.count()) === expected, { seen: () => rows.count() });
      await page.locator('.held-out').scrollIntoViewIfNeeded({ timeout: SHORT });
      await workbench.screenshot('held-out-rows');
      await page.getByRole('radio', { name: /^All/ }).check({ timeout: SHORT });
      const line = Number(await rows.nth(2).locator('td').first().innerText());
      await rows.nth(2).getByRole('button').click({ timeout: SHORT });
      await workbench.see('the data file', workbench.tab('test.csv'));
      await workbench.see('the cursor in its line', workbench.inStatusBar(`Ln ${line},`));
    },

    'Export HTML report writes a file that stands alone': async (workbench) => {
      const { page } = await RunPanel.of(workbench);
      await page.getByRole('button', { name: 'Export HTML report' }).click({ timeout: SHORT });
      await acceptAnswer(workbench, 'Export the ranked prompts', join(workbench.folder, REPORT));
      const html = await workbench.waitForFile(REPORT, 'a report', (text) => text.includes('</html>'));
      assert.ok(html.includes('Rows that the winner gets wrong') && !/<script|https?:\/\/(?!127)/.test(html));
      await workbench.dismissNotification('The report is saved in');
      // As its reader sees it, in a page of its own.
      const reader = await workbench.context.newPage();
      await reader.goto(`file://${join(workbench.folder, REPORT)}`).catch(() => reader.setContent(html));
      await workbench.see('the verdict in the report', reader.locator('section.verdict h2'));
      await reader.screenshot({ path: workbench.picture('html-report') });
      await reader.close();
    },

    'Insert as Classifier puts code into the Python file, under a lens with its score': async (workbench) => {
      await workbench.focusEditor(CODE);
      const { page } = await RunPanel.of(workbench);
      await page.getByRole('button', { name: 'Details of' }).first().click({ timeout: SHORT });
      await page.getByText('Insert as Classifier', { exact: true }).first().click({ timeout: SHORT });
      await until('a classifier in the code', async () => (await workbench.editorText(CODE)).includes('urllib.request'), {
        seen: () => workbench.editorText(CODE),
      });
      await workbench.focusEditor(CODE);
      await workbench.save();
      assert.match(workbench.readFile(CODE), /^def sentiment_\w+\(text: str\)/);
      await workbench.see('the score above the code', lens(workbench, '% held out'));
      await workbench.screenshot('classifier-inserted');
    },

    'a run gets a name and a pin': async (workbench) => {
      await workbench.openView('RLPrompt');
      await workbench.contextMenu('the run', workbench.inTree('sentiment'), 'Rename Run…');
      await workbench.answer('the first one');
      await workbench.see('its name in the tree', workbench.inTree('the first one'));
      await workbench.contextMenu('the run', workbench.inTree('the first one'), 'Pin Run');
      await workbench.see('its pin', workbench.inTree(/the first one.*pinned/s));
      await workbench.see('its name on the panel', workbench.tab('the first one'));
    },

    'Run Again with another seed makes a newer run, which the lens offers for the code': async (workbench) => {
      await workbench.contextMenu('the run', workbench.inTree('the first one'), 'Run Again with…');
      await workbench.pick('Another seed');
      await workbench.answer('7');
      await rankEarly(workbench, 1);
      const [first = '', second = ''] = workbench.runFolders();
      assert.match(second, /seed7$/);
      assert.match(await workbench.inTree('the first one').innerText(), /pinned/);
      await workbench.screenshot('named-and-pinned');
      await workbench.focusEditor(CODE);
      const offer = lens(workbench, 'Newer run available');
      await workbench.see('the newer run above the code', offer);
      await offer.click({ timeout: SHORT });
      await workbench.pressInDialog(/Replace .+ by .+\?/, 'Replace');
      const name = (/** @type {string} */ folder) => folder.split('/').at(-1) ?? '';
      await until('the newer run in the code', async () => (await workbench.editorText(CODE)).includes(name(second)), {
        seen: () => workbench.editorText(CODE),
      });
      await workbench.save();
      const code = workbench.readFile(CODE);
      assert.ok(!code.includes(name(first)) && code.split('def ').length === 2, code);
      server.close();
    },
  },
};
