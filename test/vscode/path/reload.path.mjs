import assert from 'node:assert/strict';
import { pause, until } from '../wait.mjs';

const SPEC = 'sentiment.prompt-task.json';
const JOURNAL = 'events.jsonl';

/** @param {string} text */
const steps = (text) => text.split('\n').filter((line) => line.includes('"step"')).length;

/** A run survives a reload of the window: it is interrupted, and goes on from its checkpoint. @type {import('../path.mjs').Path} */
export default {
  name: 'a run over a reload of the window',
  workspace: { rowsPerClass: 6, steps: 2000, queryBudget: 2_000_000 },
  steps: {
    'a long run trains and writes a checkpoint': async (workbench) => {
      await workbench.openFile(SPEC);
      await workbench.runCommand('RLPrompt: Optimize Prompt');
      const folder = await until('a run on disk', () => workbench.runFolders()[0]);
      await until('a checkpoint', () => workbench.exists(`${folder}/checkpoint`));
      await workbench.waitForFile(`${folder}/${JOURNAL}`, 'some steps', (text) => steps(text) > 15);
      await workbench.screenshot('run-running');
    },

    'after a reload its engine is gone, and the tree says where it was interrupted': async (workbench) => {
      const [folder] = workbench.runFolders();
      await workbench.reload();
      await until('the engine to end', async () => {
        const before = workbench.readFile(`${folder}/${JOURNAL}`).length;
        await pause(3_000);
        return workbench.readFile(`${folder}/${JOURNAL}`).length === before;
      });
      await workbench.openView('RLPrompt');
      const row = await workbench.see('the run in the tree', workbench.inTree('sentiment'));
      await until('the run to be interrupted in the tree', async () => /interrupted at step \d+/.test(await row.innerText()), {
        seen: () => row.innerText(),
      });
      await workbench.screenshot('run-interrupted');
    },

    'Resume Run takes it up where its checkpoint is': async (workbench) => {
      const [folder] = workbench.runFolders();
      const row = workbench.inTree('sentiment');
      await row.hover();
      await row.getByRole('button', { name: 'Resume Run' }).click();
      const before = steps(workbench.readFile(`${folder}/${JOURNAL}`));
      await until('the run to train in the tree', async () => /step \d+ of 2000/.test(await row.innerText()), {
        seen: () => row.innerText(),
      });
      await workbench.waitForFile(`${folder}/${JOURNAL}`, 'new steps', (text) => steps(text) > before + 5);
      assert.deepEqual(workbench.runFolders(), [folder]);
    },

    'Stop Run ends it, and it can be taken up again': async (workbench) => {
      const row = workbench.inTree('sentiment');
      await workbench.runCommand('RLPrompt: Stop Run');
      await until('the run to be interrupted in the tree', async () => /interrupted at step \d+/.test(await row.innerText()), {
        seen: () => row.innerText(),
      });
      await workbench.seeNoMore('the run in the status bar', workbench.inStatusBar('sentiment'));
    },
  },
};
