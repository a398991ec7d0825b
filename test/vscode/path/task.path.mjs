import assert from 'node:assert/strict';
import { until } from '../wait.mjs';

const DATA = 'train.csv';

/** A person comes with a data file, or with nothing. @type {import('../path.mjs').Path} */
export default {
  name: 'a new task',
  steps: {
    'Optimize Prompt on a data file writes a spec for it, and asks before it runs': async (workbench) => {
      await workbench.contextMenu(DATA, workbench.inExplorer(DATA), 'Optimize Prompt');
      const ready = /is ready. Start the search for a better prompt/;
      await workbench.dialog(ready);
      await workbench.screenshot('new-task');
      await workbench.pressInDialog(ready, 'Cancel');
      const [spec] = workbench.files().filter((name) => name.endsWith('.prompt-task.json') && !name.startsWith('sentiment'));
      assert.ok(spec, workbench.files().join(', '));
      const text = workbench.readFile(spec);
      assert.match(text, /"train": "train.csv", "validation": "validation.csv", "test": "test.csv", "input": "text", "label": "label"/);
      await workbench.see('its editor', workbench.tab(spec));
      // A problem put in and taken out again: then it is known that the checks have run.
      await workbench.pasteOver(text.replace('"labels"', '"lables"'));
      await workbench.seeProblems('a problem about the wrong field', ({ errors, warnings }) => errors + warnings > 0);
      await workbench.pasteOver(text, { save: true });
      await workbench.seeProblems('no problem', ({ errors, warnings }) => errors + warnings === 0);
      assert.deepEqual(workbench.runFolders(), []);
    },

    'Try the Sample Task puts the film reviews into the workspace, without a problem': async (workbench) => {
      await workbench.runCommand('RLPrompt: Try the Sample Task');
      await workbench.pressInDialog(/is ready. Start the search for a better prompt/, 'Cancel');
      await workbench.see('the spec of the sample', workbench.tab('sentiment.prompt-task.json'));
      await until('its data', () => workbench.exists('rlprompt-sample/test.csv'));
      await workbench.see('its lens', workbench.page.getByText('Optimize prompt').first());
      await workbench.seeProblems('no problem', ({ errors, warnings }) => errors + warnings === 0);
      await workbench.screenshot('sample-task');
    },
  },
};
