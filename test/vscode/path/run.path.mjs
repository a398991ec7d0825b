import assert from 'node:assert/strict';
import { RunPanel } from '../runPanel.mjs';
import { SHORT, until } from '../wait.mjs';

const SPEC = 'sentiment.prompt-task.json';
const CODE = 'classify.py';

/** @param {import('../workbench.mjs').Workbench} workbench @returns {{ status: string, prompts: { prompt: string, origin: string }[] }} */
const result = (workbench) => JSON.parse(workbench.readFile(`${workbench.runFolders()[0]}/result.json`));

/** From the spec's context menu to a prompt in the user's code. @type {import('../path.mjs').Path} */
export default {
  name: 'a run, from the context menu to its result',
  workspace: { rowsPerClass: 6, steps: 20, files: { [CODE]: 'PROMPT = \n' } },
  steps: {
    'Evaluate Prompt on a task without a run says so, and offers one': async (workbench) => {
      await workbench.openFile(CODE);
      await workbench.page.keyboard.press('Control+Home');
      await workbench.page.keyboard.press('End');
      await workbench.contextMenu(SPEC, workbench.inExplorer(SPEC), 'Evaluate Prompt…');
      await workbench.notification('This task has no run yet');
      await workbench.screenshot('no-run-to-evaluate-in');
      await workbench.dismissNotification('This task has no run yet');
    },

    'Optimize Prompt in the context menu of the spec starts a run and opens its panel': async (workbench) => {
      await workbench.contextMenu(SPEC, workbench.inExplorer(SPEC), 'Optimize Prompt');
      await workbench.see("the run's panel", workbench.tab('sentiment'));
      await workbench.see('the run in the status bar', workbench.inStatusBar('sentiment'));
      const panel = await RunPanel.of(workbench);
      await panel.seeState('running');
      await until('a curve', async () => (await panel.charts()).some(({ points }) => points > 2));
      await workbench.screenshot('run-running');
    },

    'it ends with prompts of every origin, on disk and in the table': async (workbench) => {
      const panel = await RunPanel.of(workbench);
      await panel.seeState('finished');
      const { status, prompts } = result(workbench);
      assert.equal(status, 'finished');
      assert.deepEqual([...new Set(prompts.map(({ origin }) => origin))].sort(), ['manual', 'none', 'policy', 'random', 'start']);
      await until('the whole table', async () => (await panel.rows().count()) === prompts.length, { seen: () => panel.rows().count() });
      for (const origin of ['manual', 'none', 'policy', 'random', 'start']) assert.ok((await panel.rows(origin).count()) > 0, origin);
      assert.match(await panel.rows('none').first().innerText(), /\(no prompt\)[^]*\d+\.\d/);
    },

    'its charts are drawn': async (workbench) => {
      const charts = await (await RunPanel.of(workbench)).charts();
      assert.deepEqual(
        charts.map(({ title }) => title),
        ['Estimated accuracy', 'Share of each proposer', 'Policy entropy (nats per token)'],
      );
      for (const { title, points, colors } of charts) assert.ok(points > 1 && colors > 2, `${title}: ${points} points, ${colors} colors`);
      await workbench.screenshot('run-finished');
    },

    'a row opens to its confusion matrix and examples': async (workbench) => {
      const { page } = await RunPanel.of(workbench);
      await page.getByRole('button', { name: 'Details of' }).first().click({ timeout: SHORT });
      await workbench.see('the confusion matrix', page.locator('.row-details table.matrix'));
      await workbench.see('example answers', page.locator('.row-details .examples li').first());
      await page.locator('.row-details').first().scrollIntoViewIfNeeded({ timeout: SHORT });
      await workbench.screenshot('row-details');
    },

    'Insert puts the prompt at the cursor of the file used last, as a string': async (workbench) => {
      const { page } = await RunPanel.of(workbench);
      const [winner] = result(workbench).prompts.filter(({ prompt }) => prompt !== '');
      await page.getByRole('button', { name: 'Insert as a string at the cursor' }).first().click({ timeout: SHORT });
      // With the space that the template puts before the prompt.
      const line = `PROMPT = ${JSON.stringify(` ${winner?.prompt}`)}`;
      await until('the prompt in the code', async () => (await workbench.editorText(CODE)).split('\n')[0] === line, {
        seen: () => workbench.editorText(CODE),
      });
      await workbench.screenshot('prompt-inserted');
      await workbench.focusEditor(CODE);
      await workbench.save();
      await workbench.waitForFile(CODE, 'the prompt', (text) => text === `${line}\n`);
    },

    'the tree shows it as finished, with its best prompt': async (workbench) => {
      await workbench.openView('RLPrompt');
      const row = await workbench.see('the run in the tree', workbench.inTree('sentiment'));
      await until('the run to be finished in the tree', async () => (await row.getAttribute('aria-label'))?.includes('finished'), {
        seen: () => row.getAttribute('aria-label'),
      });
      assert.match(await row.innerText(), /\d+\.\d% "/);
      await workbench.seeNoMore('the run in the status bar', workbench.inStatusBar('sentiment'));
    },

    'an evaluated prompt joins the table of the run': async (workbench) => {
      const [folder] = workbench.runFolders();
      await workbench.openView('Explorer');
      await workbench.contextMenu(SPEC, workbench.inExplorer(SPEC), 'Evaluate Prompt…');
      await workbench.answer('All told, it was');
      const panel = await RunPanel.of(workbench);
      await workbench.see('the prompt in the table', panel.rows('evaluated').first());
      await workbench.waitForFile(`${folder}/evaluated.json`, 'the prompt', (text) => text.includes('All told, it was'));
      await workbench.screenshot('prompt-evaluated');
    },

    'after a reload of the window the panel is there again, with its table': async (workbench) => {
      await workbench.reload();
      const panel = await RunPanel.of(workbench);
      await panel.seeState('finished');
      await workbench.see('the evaluated prompt in the table', panel.rows('evaluated').first());
    },
  },
};
