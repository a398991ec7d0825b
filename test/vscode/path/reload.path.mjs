import assert from 'node:assert/strict';
import { RunPanel } from '../runPanel.mjs';
import { until } from '../wait.mjs';

const SPEC = 'sentiment.prompt-task.json';

/** @typedef {import('../workbench.mjs').Workbench} Workbench */

/** Training steps in the run's journal. @param {Workbench} workbench */
const steps = (workbench) => workbench.readFile(`${workbench.runFolders()[0]}/events.jsonl`).split('"event":"step"').length - 1;

/** @param {Workbench} workbench @param {string} what @param {RegExp} text */
async function seeInTree(workbench, what, text) {
  const row = workbench.inTree('sentiment');
  await until(`the run ${what} in the tree`, async () => text.test(await row.innerText()), { seen: () => row.innerText() });
}

/** A run is paused, resumed, survives a reload of the window, and is stopped. @type {import('../path.mjs').Path} */
export default {
  name: 'a run over a reload of the window',
  workspace: { rowsPerClass: 6, steps: 2000, queryBudget: 2_000_000 },
  steps: {
    'a long run trains and writes a checkpoint': async (workbench) => {
      await workbench.openFile(SPEC);
      await workbench.runCommand('RLPrompt: Optimize Prompt');
      await (await RunPanel.of(workbench)).seeState('running');
      await until('a checkpoint', () => workbench.exists(`${workbench.runFolders()[0]}/checkpoint`));
      await until('some steps', () => steps(workbench) > 15);
    },

    'Pause holds it between two steps, Continue resumes it': async (workbench) => {
      const panel = await RunPanel.of(workbench);
      await panel.press('Pause');
      await panel.seeState('paused');
      const before = steps(workbench);
      await workbench.screenshot('run-paused');
      // What a user does meanwhile takes several times as long as a step.
      await workbench.openView('RLPrompt');
      await seeInTree(workbench, 'paused', /paused/);
      await workbench.openView('Explorer');
      assert.equal(steps(workbench), before);
      await panel.press('Continue');
      await panel.seeState('running');
      await until('another step', () => steps(workbench) > before);
    },

    'after a reload its engine is gone, and panel and tree say where it was interrupted': async (workbench) => {
      await workbench.reload();
      const panel = await RunPanel.of(workbench);
      await panel.seeState('interrupted');
      await workbench.see('where it was interrupted', panel.page.getByText(/Interrupted at step \d+/));
      await workbench.openView('RLPrompt');
      await seeInTree(workbench, 'interrupted', /interrupted at step \d+/);
      await workbench.screenshot('run-interrupted');
    },

    'Resume continues from its checkpoint': async (workbench) => {
      const folders = workbench.runFolders();
      const before = steps(workbench);
      const panel = await RunPanel.of(workbench);
      await panel.press('Resume');
      await panel.seeState('running');
      await seeInTree(workbench, 'running', /\d+ of \d+ queries/);
      await until('new steps', () => steps(workbench) > before + 5);
      assert.deepEqual(workbench.runFolders(), folders);
    },

    'Stop Run ends it, and it can be resumed': async (workbench) => {
      await workbench.runCommand('RLPrompt: Stop Run');
      await seeInTree(workbench, 'interrupted', /interrupted at step \d+/);
      await workbench.seeNoMore('the run in the status bar', workbench.inStatusBar('sentiment'));
      const row = workbench.inTree('sentiment');
      await row.hover();
      await workbench.see('Resume Run beside the run in the tree', row.getByRole('button', { name: 'Resume Run' }));
    },
  },
};
