import { closeTab, moveTab } from '../editorGroups.mjs';
import { RunPanel } from '../runPanel.mjs';
import { SHORT, until } from '../wait.mjs';

const SPEC = 'sentiment.prompt-task.json';
const CODE = 'classify.py';
const COVER = 'test.csv';

/** @typedef {import('../workbench.mjs').Workbench} Workbench */

/** Training steps in the run's journal. @param {Workbench} workbench */
const steps = (workbench) => workbench.readFile(`${workbench.runFolders()[0]}/events.jsonl`).split('"event":"step"').length - 1;

/** The run continues: its journal grows. @param {Workbench} workbench */
async function seeItTrain(workbench) {
  const before = steps(workbench);
  await until('more steps in the journal', () => steps(workbench) > before + 3, { seen: () => steps(workbench) });
}

/** The panel has every step from the first one on, drawn, and the table, and more steps come. @param {Workbench} workbench */
async function seeItWhole(workbench) {
  const before = steps(workbench);
  const panel = await RunPanel.of(workbench, 'running');
  await until(
    'charts with every step, drawn',
    async () => {
      const [reward, accuracy, entropy] = await panel.charts();
      return (
        [reward, accuracy, entropy].every((chart) => chart && chart.points > 1 && chart.colors > 2) && (entropy?.points ?? 0) >= before
      );
    },
    { seen: () => panel.charts() },
  );
  await until('rows in the table', async () => (await panel.rows().count()) > 1);
  const points = async () => (await panel.charts()).at(-1)?.points ?? 0;
  const drawn = await points();
  await until('the step count to grow', async () => (await points()) > drawn, { seen: points });
  // Held, it has as many as the journal: none is missing between those of the snapshot and those that came since.
  await panel.press('Pause');
  await panel.seeState('paused');
  await until('as many steps in the chart as in the journal', async () => (await points()) === steps(workbench), {
    seen: async () => [await points(), steps(workbench)],
  });
  await panel.press('Continue');
  await panel.seeState('running');
}

/** @param {Workbench} workbench */
async function closePanel(workbench) {
  await closeTab(workbench, 'sentiment');
  await workbench.see('the run in the status bar', workbench.inStatusBar(/sentiment: .*%/));
  await seeItTrain(workbench);
}

/** @param {string} command @param {{ group: number, of: number }} to */
const moved = (command, to) => async (/** @type {Workbench} */ workbench) => {
  await moveTab(workbench, 'sentiment', command, to);
  await seeItWhole(workbench);
};

/** A run trains while its panel is closed, reopened, moved and covered. @type {import('../path.mjs').Path} */
export default {
  name: 'the panel of a run that trains, closed and moved',
  workspace: { rowsPerClass: 6, steps: 4000, queryBudget: 4_000_000, files: { [CODE]: 'PROMPT = ""\n' } },
  steps: {
    'a run trains in a panel beside the editor': async (workbench) => {
      await workbench.openFile(CODE);
      await workbench.contextMenu(SPEC, workbench.inExplorer(SPEC), 'Optimize Prompt');
      await RunPanel.of(workbench, 'running');
      await until('some steps in the journal', () => steps(workbench) > 3);
      await seeItWhole(workbench);
    },

    'with its panel closed it continues; a click on the status bar shows all of it again': async (workbench) => {
      await closePanel(workbench);
      await workbench.screenshot('panel-closed');
      await workbench.inStatusBar('sentiment').click({ timeout: SHORT });
      await workbench.see('the panel', workbench.tab('sentiment'));
      await seeItWhole(workbench);
    },

    'a click in the view of runs does so too': async (workbench) => {
      await closePanel(workbench);
      await workbench.openView('RLPrompt');
      await workbench.see('the run in the tree', workbench.inTree('sentiment'));
      await workbench.inTree('sentiment').click({ timeout: SHORT });
      await workbench.see('the panel', workbench.tab('sentiment'));
      await seeItWhole(workbench);
    },

    'moved among the editors at the left, it is whole': moved('View: Move Editor into Previous Group', { group: 0, of: 1 }),
    'moved into a group of its own, it is whole': moved('View: Move Editor into Right Group', { group: 1, of: 2 }),

    'covered by another file and shown again, it is whole': async (workbench) => {
      // The panel has the focus: the file opens over it.
      await workbench.openView('Explorer');
      await workbench.openFile(COVER);
      await workbench.seeNoMore('the panel’s page', workbench.page.locator('iframe.webview.ready').first());
      await seeItTrain(workbench);
      await workbench.tab('sentiment').click({ timeout: SHORT });
      await seeItWhole(workbench);
      await workbench.screenshot('panel-moved');
    },

    'a prompt scored while the run is paused joins its table': async (workbench) => {
      const panel = await RunPanel.of(workbench, 'running');
      await panel.press('Pause');
      await panel.seeState('paused');
      await workbench.contextMenu(SPEC, workbench.inExplorer(SPEC), 'Evaluate Prompt…');
      await workbench.answer('All told, it was');
      await workbench.see('the prompt in the table', panel.rows('evaluated').first());
      await panel.press('Continue');
      await panel.seeState('running');
    },

    'Stop in the panel that was moved ends the run': async (workbench) => {
      const panel = await RunPanel.of(workbench, 'running');
      await panel.press('Stop');
      await panel.seeState('interrupted');
      await workbench.seeNoMore('the run in the status bar', workbench.inStatusBar('sentiment:'));
    },
  },
};
