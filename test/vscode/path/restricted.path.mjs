import assert from 'node:assert/strict';

const SPEC = 'sentiment.prompt-task.json';

/** A folder that is not trusted: specs can be edited, nothing can be run. @type {import('../path.mjs').Path} */
export default {
  name: 'restricted mode',
  trust: true,
  steps: {
    'the window is restricted': async (workbench) => {
      await workbench.see('"Restricted Mode" in the status bar', workbench.inStatusBar('Restricted Mode'));
    },

    'the spec can be edited and saved': async (workbench) => {
      await workbench.openFile(SPEC);
      const text = workbench.readFile(SPEC).replace('"Overall"', '"In short,"');
      await workbench.pasteOver(text, { save: true });
      await workbench.waitForFile(SPEC, 'the new text', (saved) => saved.includes('"In short,"'));
      await workbench.screenshot('restricted-mode');
    },

    'commands that run something are not offered; the others are': async (workbench) => {
      const labels = await workbench.paletteLabels('RLPrompt: ', (all) => all.includes('RLPrompt: New Task from a Dataset…'));
      for (const label of ['Optimize Prompt', 'Evaluate Prompt…', 'Resume Run', 'Evaluate on Other Models…'])
        assert.ok(!labels.includes(`RLPrompt: ${label}`), labels.join(', '));
      assert.equal(await workbench.page.locator('.codelens-decoration').getByText('Optimize prompt').count(), 0);
    },

    'the view of runs says what it waits for': async (workbench) => {
      await workbench.openView('RLPrompt');
      await workbench.see('that runs wait for trust', workbench.inSideBar('To run them, trust this workspace'));
      await workbench.see('the button that leads there', workbench.buttonInSideBar('Manage Workspace Trust'));
      await workbench.screenshot('restricted-view');
      assert.deepEqual(workbench.runFolders(), []);
    },
  },
};
