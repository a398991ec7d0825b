import { readdirSync, readFileSync } from 'node:fs';
import { RunPanel } from '../runPanel.mjs';
import { inEveryTheme } from '../themes.mjs';
import { SHORT, until } from '../wait.mjs';

/** The engine processes of the packed extension. Linux, as all of these paths. @returns {number[]} */
function engines() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        return /\/rlprompt\.rlprompt-[^/]*\/dist\/engine\.js/.test(readFileSync(`/proc/${id}/cmdline`, 'utf8'));
      } catch {
        return false; // it has ended meanwhile
      }
    })
    .map(Number);
}

/** The faces of a run that has not ended, each in every theme. @type {import('../path.mjs').Path} */
export default {
  name: 'the panel in its states and themes',
  workspace: { rowsPerClass: 6, steps: 4000, queryBudget: 4_000_000 },
  steps: {
    'starting: its engine is held before it can open anything': async (workbench) => {
      await workbench.openFile('sentiment.prompt-task.json');
      // The lenses of the spec: the engine that checks it is there, and is not the one of the run.
      await workbench.see('the lens of the spec', workbench.page.getByText('Optimize prompt').first());
      const before = new Set(engines());
      await workbench.runCommand('RLPrompt: Optimize Prompt');
      const [engine] = await until(
        'the engine of the run',
        () => {
          const started = engines().filter((id) => !before.has(id));
          for (const id of started) process.kill(id, 'SIGSTOP');
          return started.length > 0 && started;
        },
        { every: 20 },
      );
      try {
        const panel = await RunPanel.of(workbench, 'starting');
        await workbench.see('what it does', panel.page.getByText('Opening models and data'));
        // What is said there is not said again over the table that is not there yet.
        await workbench.seeNoMore('the promise of scores', panel.page.getByText('The first scores come soon'), SHORT);
        await workbench.hideSideBar();
        await inEveryTheme(workbench, panel, 'state-starting');
      } finally {
        if (engine !== undefined) process.kill(engine, 'SIGCONT');
      }
    },

    running: async (workbench) => {
      const panel = await RunPanel.of(workbench);
      await panel.seeState('running');
      await until('a checkpoint', () => workbench.exists(`${workbench.runFolders()[0]}/checkpoint`));
      await inEveryTheme(workbench, panel, 'state-running');
    },

    paused: async (workbench) => {
      const panel = await RunPanel.of(workbench);
      await panel.press('Pause');
      await panel.seeState('paused');
      await inEveryTheme(workbench, panel, 'state-paused');
    },

    'failed: its engine was killed, and the panel says so and offers to resume': async (workbench) => {
      // As the system does when memory runs out.
      for (const id of engines()) process.kill(id, 'SIGKILL');
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
