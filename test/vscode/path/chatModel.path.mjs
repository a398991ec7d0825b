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
    },
  },
};
