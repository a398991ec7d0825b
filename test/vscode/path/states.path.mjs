import { readdirSync, readFileSync } from 'node:fs';
import { RunPanel } from '../runPanel.mjs';
import { inEveryTheme } from '../themes.mjs';
import { until } from '../wait.mjs';

/** Ends every engine process of the packed extension as the system does when memory runs out. Linux, as all of these paths. */
function killEngines() {
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let command = '';
    try {
      command = readFileSync(`/proc/${id}/cmdline`, 'utf8');
    } catch {
      continue; // it has ended meanwhile
    }
    if (/\/rlprompt\.rlprompt-[^/]*\/dist\/engine\.js/.test(command)) process.kill(Number(id), 'SIGKILL');
  }
}

/** The faces of a run that has not ended, each in every theme. @type {import('../path.mjs').Path} */
export default {
  name: 'the panel in its states and themes',
  workspace: { rowsPerClass: 6, steps: 4000, queryBudget: 4_000_000 },
  steps: {
    running: async (workbench) => {
      await workbench.openFile('sentiment.prompt-task.json');
      await workbench.runCommand('RLPrompt: Optimize Prompt');
      const panel = await RunPanel.of(workbench);
      await panel.seeState('running');
      await until('a checkpoint', () => workbench.exists(`${workbench.runFolders()[0]}/checkpoint`));
      await workbench.hideSideBar();
      await inEveryTheme(workbench, panel, 'state-running');
    },

    paused: async (workbench) => {
      const panel = await RunPanel.of(workbench);
      await panel.press('Pause');
      await panel.seeState('paused');
      await inEveryTheme(workbench, panel, 'state-paused');
    },

    'failed: its engine was killed, and the panel says so and offers to go on': async (workbench) => {
      killEngines();
      const panel = await RunPanel.of(workbench);
      await panel.seeState('failed');
      await workbench.see('what happened', panel.page.getByText('The engine was ended by SIGKILL').first());
      await inEveryTheme(workbench, panel, 'state-failed');
      await panel.press('Resume');
      await panel.seeState('running');
    },

    interrupted: async (workbench) => {
      const panel = await RunPanel.of(workbench);
      await panel.press('Stop');
      await panel.seeState('interrupted');
      await inEveryTheme(workbench, panel, 'state-interrupted');
    },
  },
};
