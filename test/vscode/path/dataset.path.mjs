import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { RunPanel } from '../runPanel.mjs';
import { inEveryTheme } from '../themes.mjs';
import { SHORT, until } from '../wait.mjs';

const DATA = 'train.csv';
const CODE = 'classify.py';

/** Runs Python on the inserted code: it must parse, and its function fill the template around the prompt. */
const CHECK = `
import runpy, sys
names = runpy.run_path(sys.argv[1])
made = [f for f in names.values() if callable(f) and getattr(f, "__module__", None) == "<run_path>"]
assert len(made) == 1, names
text = made[0]("A fine film.")
assert text.startswith("A fine film.") and sys.argv[2] in text, text
`;

/** @param {import('../workbench.mjs').Workbench} workbench @returns {{ prompts: { prompt: string, origin: string }[] }} */
const result = (workbench) => JSON.parse(workbench.readFile(`${workbench.runFolders()[0]}/result.json`));

/** The whole path of a user who has labeled rows and some Python code. @type {import('../path.mjs').Path} */
export default {
  name: 'from a data file to a prompt in code',
  workspace: { rowsPerClass: 6, files: { [CODE]: '\n' } },
  steps: {
    'a right click on the data file writes a spec, and Start starts the run': async (workbench) => {
      await workbench.openFile(CODE);
      await workbench.contextMenu(DATA, workbench.inExplorer(DATA), 'Optimize Prompt');
      await workbench.pressInDialog(/is ready. Start the search for a better prompt/, 'Start');
      const panel = await RunPanel.of(workbench);
      await panel.seeState('running');
    },

    'charts draw, and the table fills': async (workbench) => {
      const panel = await RunPanel.of(workbench);
      await until('curves', async () => (await panel.charts()).every(({ points, colors }) => points > 2 && colors > 2));
      await until('rows in the table', async () => (await panel.rows().count()) > 1);
      await panel.seeState('finished');
      const { prompts } = result(workbench);
      await until('the whole table', async () => (await panel.rows().count()) === prompts.length, { seen: () => panel.rows().count() });
      await workbench.hideSideBar();
      await inEveryTheme(workbench, panel, 'state-finished');
    },

    'Insert as a function puts code into the Python file that runs, and holds the prompt': async (workbench) => {
      const { page } = await RunPanel.of(workbench);
      const [winner] = result(workbench).prompts.filter(({ prompt }) => prompt !== '');
      assert.ok(winner);
      await page
        .getByRole('button', { name: `Details of ${winner.prompt.trim()}` })
        .first()
        .click({ timeout: SHORT });
      await page.getByText('Insert as Function', { exact: true }).first().click({ timeout: SHORT });
      await until('a function in the code', async () => (await workbench.editorText(CODE)).includes('def '), {
        seen: () => workbench.editorText(CODE),
      });
      await workbench.focusEditor(CODE);
      await workbench.save();
      const code = await workbench.waitForFile(CODE, 'the function', (text) => text.includes('def '));
      assert.ok(code.includes(winner.prompt.trim()), code);
      const python = spawnSync('python3', ['-c', CHECK, join(workbench.folder, CODE), winner.prompt.trim()], { encoding: 'utf8' });
      // Where there is no Python, the text has been looked at, and the tests of insertion parse it in other ways.
      if (python.error === undefined) assert.equal(python.status, 0, python.stderr);
      await workbench.screenshot('function-inserted');
    },

    'after a reload of the window the run is there again': async (workbench) => {
      await workbench.showSideBar();
      await workbench.reload();
      const panel = await RunPanel.of(workbench);
      await panel.seeState('finished');
      await workbench.openView('RLPrompt');
      const spec = workbench.files().find((name) => name.endsWith('.prompt-task.json') && !name.startsWith('sentiment'));
      await workbench.see('the run in the tree', workbench.inTree(spec?.replace('.prompt-task.json', '') ?? ''));
    },
  },
};
