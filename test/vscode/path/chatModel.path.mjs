import assert from 'node:assert/strict';
import { RunPanel } from '../runPanel.mjs';

const SPEC = 'sentiment.prompt-task.json';

/** @typedef {import('../workbench.mjs').Workbench} Workbench */

/** @param {Workbench} workbench @param {string} model */
async function optimizeOn(workbench, model) {
  await workbench.openFile(SPEC);
  const text = workbench.readFile(SPEC).replace(/"taskModel": "[^"]*"/, `"taskModel": "vscode-lm:${model}"`);
  await workbench.pasteOver(text, { save: true });
  await workbench.runCommand('RLPrompt: Optimize Prompt');
}

/** @param {string} model @param {RegExp} says */
const fails = (model, says) => async (/** @type {Workbench} */ workbench) => {
  await optimizeOn(workbench, model);
  const panel = await RunPanel.of(workbench);
  await panel.seeState('failed');
  await workbench.see(`what is wrong with ${model}`, panel.page.getByText(says).first());
  await workbench.closeEditors();
};

/** Runs on models of vscode.lm, which an extension of the tests brings (provider/). @type {import('../path.mjs').Path} */
export default {
  name: 'VS Code’s own language models',
  logged: /\[CHAT\] extension request ERRORED/,
  workspace: { rowsPerClass: 4, steps: 3, queryBudget: 600 },
  steps: {
    'a model that is not there: the message names those that are': fails('nobody/none', /vscode-lm:rlprompt-test\/rules/),
    'a quota that is used up is said': fails('rlprompt-test/empty-quota', /quota of .* is used up/),
    'a refusal is said': fails('rlprompt-test/refuses', /refused/),

    'the preview says how much will be sent, and Cancel ends the run': async (workbench) => {
      await optimizeOn(workbench, 'rlprompt-test/rules');
      await workbench.pressInDialog(/at most [\d,]+ queries/, 'Cancel');
      await (await RunPanel.of(workbench)).seeState('failed');
      await workbench.closeEditors();
    },

    'consent starts it, and its answers make the table': async (workbench) => {
      await optimizeOn(workbench, 'rlprompt-test/rules');
      await workbench.pressInDialog(/at most [\d,]+ queries/, 'Continue');
      const panel = await RunPanel.of(workbench);
      await panel.seeState('finished');
      assert.ok((await panel.rows('policy').count()) > 0);
      await workbench.see('how it was scored', panel.page.getByText('note').first());
      await workbench.screenshot('chat-model');
      await workbench.closeEditors();
    },

    'another of them proposes prompts, which the run says it will ask, and what it took': async (workbench) => {
      await workbench.openFile(SPEC);
      const spec = {
        data: { train: 'train.csv', validation: 'validation.csv', test: 'test.csv' },
        labels: { negative: 'terrible', positive: 'great' },
        template: '{prompt} {input}',
        taskModel: 'vscode-lm:rlprompt-test/rules',
        proposer: 'vscode-lm:rlprompt-test/writer',
        prompt: { start: 'What do you think of this? It says:' },
        search: { method: ['reflect'], queryBudget: 120, proposerCalls: 12 },
        price: { taskModel: 1000, proposer: 1000 },
      };
      await workbench.pasteOver(JSON.stringify(spec, null, 2), { save: true });
      await workbench.runCommand('RLPrompt: Optimize Prompt');
      await workbench.pressInDialog(/at most 12 requests/, 'Continue');
      const panel = await RunPanel.of(workbench);
      await panel.seeState('finished');
      await workbench.see(
        'what the proposer took, and what that cost',
        panel.page.getByText(/\d+ requests?, about [\d,]+ tokens, \$/).first(),
      );
      await workbench.see('the search in the table of searches', panel.page.getByRole('row', { name: /^Reflection .*requests?, about/ }));
      assert.ok((await panel.rows('manual').count()) > 0);
      await workbench.screenshot('chat-model-proposer');
    },
  },
};
