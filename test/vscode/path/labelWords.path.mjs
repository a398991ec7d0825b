import assert from 'node:assert/strict';

const DATA = 'stars.csv';
const SPEC = 'stars.prompt-task.json';

const ROWS = ['fine film,1', 'dull film,0', 'warm play,1', 'cold play,0', 'kind book,1', 'weak book,0', 'good song,1', 'poor song,0'];

/** Classes that are numbers: no model says those, so the run searches for words. @type {import('../path.mjs').Path} */
export default {
  name: 'label words for classes that are numbers',
  workspace: { files: { [DATA]: `text,label\n${ROWS.map((row) => `A ${row}`).join('\n')}\n` } },
  steps: {
    'the new spec leaves them to the run and has no problem, and nothing is asked before': async (workbench) => {
      await workbench.contextMenu(DATA, workbench.inExplorer(DATA), 'Optimize Prompt');
      await workbench.pressInDialog(/is ready. Start the search for a better prompt/, 'Cancel');
      await workbench.see('its editor', workbench.tab(SPEC));
      const text = workbench.readFile(SPEC);
      assert.match(text, /"labels": "auto"/);
      assert.match(text, /"train": "stars.csv", "input": "text", "label": "label"/);
      // A problem put in and taken out again: then it is known that the checks have run.
      await workbench.pasteOver(text.replace('"auto"', '"automatic"'));
      await workbench.seeProblems('a problem about the label words', ({ errors, warnings }) => errors + warnings > 0);
      await workbench.pasteOver(text, { save: true });
      await workbench.seeProblems('no problem', ({ errors, warnings }) => errors + warnings === 0);
      await workbench.screenshot('label-words-in-spec');
    },
  },
};
