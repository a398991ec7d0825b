import assert from 'node:assert/strict';
import { seeQuestion, turnAway } from '../questions.mjs';

const DATA = 'stars.csv';
const SPEC = 'stars.prompt-task.json';

const ROWS = ['fine film,1', 'dull film,0', 'warm play,1', 'cold play,0', 'kind book,1', 'weak book,0', 'good song,1', 'poor song,0'];

/** On a server, classes that are numbers name no words to try, so words are asked for. Elsewhere a run searches for them. @type {import('../path.mjs').Path} */
export default {
  name: 'label words for classes that are numbers',
  workspace: {
    files: {
      '.vscode/settings.json': '{ "rlprompt.defaultTaskModel": "openai:tiny@http://127.0.0.1:9/v1" }',
      [DATA]: `text,label\n${ROWS.map((row) => `A ${row}`).join('\n')}\n`,
    },
  },
  steps: {
    'Escape at a question leaves no file behind': async (workbench) => {
      const before = workbench.files();
      await workbench.contextMenu(DATA, workbench.inExplorer(DATA), 'Optimize Prompt');
      await seeQuestion(workbench, 'Label words (1/2)', /for the class “0”/);
      await workbench.screenshot('label-words');
      await workbench.answer('terrible');
      await seeQuestion(workbench, 'Label words (2/2)', /for the class “1”/);
      await turnAway(workbench);
      assert.deepEqual(workbench.files(), before);
    },

    'a word is needed, and each class has its own': async (workbench) => {
      await workbench.contextMenu(DATA, workbench.inExplorer(DATA), 'Optimize Prompt');
      await seeQuestion(workbench, 'Label words (1/2)', /for the class “0”/);
      await workbench.answer(' ');
      await seeQuestion(workbench, 'Label words (1/2)', /Enter a word/);
      await workbench.answer('terrible');
      await seeQuestion(workbench, 'Label words (2/2)', /for the class “1”/);
      await workbench.answer('terrible');
      await seeQuestion(workbench, 'Label words (2/2)', /The class “0” already has this word/);
      await workbench.screenshot('label-word-twice');
    },

    'answered, the words are in the spec, which has no problem': async (workbench) => {
      await workbench.answer('great');
      await workbench.pressInDialog(/is ready. Start the search for a better prompt/, 'Cancel');
      await workbench.see('its editor', workbench.tab(SPEC));
      const text = workbench.readFile(SPEC);
      assert.match(text, /"labels": \{\s*"0": "terrible",\s*"1": "great"\s*\}/);
      assert.match(text, /"train": "stars.csv", "input": "text", "label": "label"/);
      // The one of the question that was turned away is not there.
      assert.deepEqual(
        workbench.files().filter((name) => name.startsWith('stars')),
        [DATA, SPEC],
      );
      // A problem put in and taken out again: then it is known that the checks have run.
      await workbench.pasteOver(text.replace('"labels"', '"lables"'));
      await workbench.seeProblems('a problem about the wrong field', ({ errors, warnings }) => errors + warnings > 0);
      await workbench.pasteOver(text, { save: true });
      await workbench.seeProblems('no problem', ({ errors, warnings }) => errors + warnings === 0);
      await workbench.screenshot('label-words-in-spec');
    },
  },
};
