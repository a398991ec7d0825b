import assert from 'node:assert/strict';
import { inEveryTheme } from '../themes.mjs';
import { SHORT } from '../wait.mjs';

const SPEC = 'sentiment.prompt-task.json';

/** A user opens the example and finds the extension. @type {import('../path.mjs').Path} */
export default {
  name: 'the example workspace',
  steps: {
    'the palette has the commands under RLPrompt': async (workbench) => {
      const labels = await workbench.paletteLabels('RLPrompt: ', (all) => all.includes('RLPrompt: Optimize Prompt'));
      assert.ok(
        labels.every((label) => label.startsWith('RLPrompt: ')),
        labels.join(', '),
      );
      assert.ok(!labels.includes('RLPrompt: Refresh Runs'));
    },

    'the page of the extension shows its README, and no broken picture': async (workbench) => {
      await workbench.openView('Extensions');
      const entry = workbench.page.locator('.extensions-viewlet .monaco-list-row[aria-label^="RLPrompt,"]').first();
      await workbench.see('RLPrompt among the extensions', entry);
      await entry.click({ timeout: SHORT });
      const page = await workbench.webview('h1');
      await workbench.see('its README', page.getByRole('heading', { name: 'Start in three clicks' }));
      const broken = await page
        .locator('img')
        .evaluateAll((all) => all.filter((img) => /** @type {HTMLImageElement} */ (img).naturalWidth === 0).length);
      assert.equal(broken, 0);
      await workbench.screenshot('extension-page');
      await workbench.closeEditors();
      await workbench.openView('Explorer');
    },

    'the spec opens without a problem, and a wrong field is marked': async (workbench) => {
      await workbench.openFile(SPEC);
      const text = workbench.readFile(SPEC);
      await workbench.pasteOver(text.replace('"template"', '"tmplate"'));
      await workbench.seeProblems('a problem about the wrong field', ({ errors, warnings }) => errors + warnings >= 1);
      await workbench.screenshot('spec-with-a-problem');
      await workbench.pasteOver(text, { save: true });
      await workbench.seeProblems('no problem', ({ errors, warnings }) => errors + warnings === 0);
      await workbench.screenshot('spec');
    },

    'without a run, the view of runs leads to the first one': async (workbench) => {
      await workbench.openView('RLPrompt');
      await workbench.see('the welcome text', workbench.inSideBar('No runs yet.'));
      for (const link of ['Optimize Prompt', 'Try the Sample Task'])
        await workbench.see(`the button "${link}"`, workbench.buttonInSideBar(link));
      await inEveryTheme(workbench, undefined, 'no-run-yet');
    },
  },
};
