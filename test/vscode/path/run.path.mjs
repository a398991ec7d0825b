import assert from 'node:assert/strict';
import { until } from '../wait.mjs';

const SPEC = 'sentiment.prompt-task.json';

/** From the spec's context menu to a ranked list of prompts. @type {import('../path.mjs').Path} */
export default {
  name: 'a run, from the context menu to its result',
  workspace: { rowsPerClass: 6, steps: 20 },
  steps: {
    'Optimize Prompt in the context menu of the spec starts a run and opens its panel': async (workbench) => {
      await workbench.contextMenu(SPEC, workbench.inExplorer(SPEC), 'Optimize Prompt');
      await workbench.see("the run's panel", workbench.tab('sentiment'));
      await workbench.see('the run in the status bar', workbench.inStatusBar('sentiment'));
      await workbench.screenshot('run-started');
    },

    'the run ends with prompts of every origin in its result': async (workbench) => {
      const folder = await until('a run on disk', () => workbench.runFolders()[0]);
      await workbench.waitForFile(`${folder}/result.json`, 'finished', (text) => JSON.parse(text).status === 'finished', 300_000);
      const { prompts } = JSON.parse(workbench.readFile(`${folder}/result.json`));
      const origins = new Set(prompts.map((/** @type {{ origin: string }} */ { origin }) => origin));
      assert.deepEqual([...origins].sort(), ['manual', 'none', 'policy', 'random']);
    },

    'the tree shows it as finished, with its best prompt': async (workbench) => {
      await workbench.openView('RLPrompt');
      const row = await workbench.see('the run in the tree', workbench.inTree('sentiment'));
      await until('the run to be finished in the tree', async () => (await row.getAttribute('aria-label'))?.includes('finished'), {
        seen: () => row.getAttribute('aria-label'),
      });
      assert.match(await row.innerText(), /\d+\.\d % "/);
      await workbench.seeNoMore('the run in the status bar', workbench.inStatusBar('sentiment'));
      await workbench.screenshot('run-finished');
    },
  },
};
