import assert from 'node:assert/strict';
import { startModelServer } from '../modelServer.mjs';
import { RunPanel } from '../runPanel.mjs';
import { SHORT } from '../wait.mjs';

const SPEC = 'sentiment.prompt-task.json';

/** Three searches in one run, on answers that a real server gave (fixtures/server/replay.mjs). @type {import('../path.mjs').Path} */
export default {
  name: 'RLPrompt, reflection and random search in one run',
  workspace: { rowsPerClass: 10 },
  steps: {
    'each search has its best prompt in the table, with a held-out score': async (workbench) => {
      const server = await startModelServer('recorded');
      try {
        const spec = {
          data: { train: 'train.csv', validation: 'validation.csv', test: 'test.csv' },
          taskModel: `openai:bundled-causal@${server.url}`,
          labels: { negative: 'terrible', positive: 'great' },
          template: '{input} {prompt}',
          prompt: { length: 2, start: 'Overall' },
          search: { method: ['rlprompt', 'reflect', 'random'], queryBudget: 900 },
        };
        await workbench.openFile(SPEC);
        await workbench.pasteOver(JSON.stringify(spec, null, 2), { save: true });
        await workbench.runCommand('RLPrompt: Optimize Prompt');
        await workbench.pressInDialog(/at most [\d,]+ queries/, 'Continue');
        const panel = await RunPanel.of(workbench);
        await panel.seeState('finished');
        const result = JSON.parse(workbench.readFile(`${workbench.runFolders()[0]}/result.json`));
        for (const origin of ['policy', 'reflect', 'random']) {
          const best = result.prompts.find((/** @type {{ origin: string }} */ prompt) => prompt.origin === origin);
          assert.ok(best?.test, `a held-out score of ${origin}`);
          assert.match(await panel.rows(origin).first().locator('.column-test').innerText(), /\d+\.\d%/);
        }
        await workbench.hideSideBar();
        await workbench.screenshot('three-searches');
      } finally {
        server.close();
      }
    },

    'its tree of candidates and its charts': async (workbench) => {
      const { page } = await RunPanel.of(workbench);
      await page.locator('.candidates > button.link').click({ timeout: SHORT });
      await workbench.see('the tree', page.locator('.candidates [role="tree"]'));
      for (const [selector, name] of /** @type {const} */ ([
        ['.candidates', 'three-searches-tree'],
        ['figure.chart', 'three-searches-charts'],
      ])) {
        const place = page.locator(selector).first();
        await workbench.see(selector, place);
        await place.evaluate((element) => element.scrollIntoView({ block: 'start' }), undefined, { timeout: SHORT });
        await workbench.screenshot(name);
      }
    },
  },
};
