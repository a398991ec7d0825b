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

    'no command that runs something is offered': async (workbench) => {
      // The built-in command shows that the palette is filled; the extension's own is held back by its enablement.
      const labels = await workbench.paletteLabels('Optimize Prompt in Terminal');
      assert.ok(!labels.includes('RLPrompt: Optimize Prompt in Terminal'), labels.join(', '));
    },
  },
};
