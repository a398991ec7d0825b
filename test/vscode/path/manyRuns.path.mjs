import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE } from '../install.mjs';
import { RunPanel } from '../runPanel.mjs';
import { inEveryTheme } from '../themes.mjs';
import { SHORT, until } from '../wait.mjs';

const SPEC = 'sentiment.prompt-task.json';
const CODE = 'classify.py';

/** @typedef {import('../workbench.mjs').Workbench} Workbench */

/** @param {string} folder of a run */
const winner = (folder) => JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')).prompts[0].prompt;

/** What a user does with runs: two that queue, compare, export, reproduce, other models, snippets, delete. @type {import('../path.mjs').Path} */
export default {
  name: 'what one does with runs',
  workspace: { rowsPerClass: 6, steps: 60, files: { [CODE]: '\n' } },
  steps: {
    'two seeds make two runs, and the second waits for the first': async (workbench) => {
      await workbench.openFile(SPEC);
      const text = workbench.readFile(SPEC).replace('"seed": 0', '"seeds": [0, 1]');
      await workbench.pasteOver(text, { save: true });
      await workbench.runCommand('RLPrompt: Optimize Prompt');
      const first = await RunPanel.of(workbench, 'running');
      await first.press('Pause');
      await first.seeState('paused');
      await workbench.openView('RLPrompt');
      await workbench.see('the second run in the tree', workbench.inTree('waiting for another run'));
      await workbench.inTree('waiting for another run').click({ timeout: SHORT });
      await inEveryTheme(workbench, await RunPanel.of(workbench, 'queued'), 'state-queued');
      await workbench.runCommand('RLPrompt: Continue Paused Run');
    },

    'both finish': async (workbench) => {
      await until('two results', () => workbench.runFolders().filter((run) => workbench.exists(join(run, 'result.json'))).length === 2, {
        timeout: 240_000,
      });
      await (await RunPanel.of(workbench)).seeState('finished');
    },

    'Compare Runs shows what differs, both curves in one chart, and both tables': async (workbench) => {
      const panel = await RunPanel.of(workbench);
      await panel.page.getByRole('button', { name: 'Compare with another run…' }).click({ timeout: SHORT });
      await workbench.pick('sentiment');
      await workbench.page.keyboard.press('Enter');
      const page = await workbench.webview('.pair .ranked');
      await workbench.see('both seeds in the title', page.getByRole('heading', { name: /sentiment, seed [01] ↔ sentiment, seed [01]/ }));
      assert.equal(await page.locator('.pair .ranked').count(), 2);
      await workbench.see('the seeds, which differ', page.getByRole('row', { name: /^search\.seed/ }));
      await page.getByRole('button', { name: /winners differ/ }).click({ timeout: SHORT });
      await workbench.see(
        'the rows on which they differ',
        page.locator('.compare-rows [role=status]').filter({ hasText: 'have in common' }),
      );
      const legend = await page.locator('figure.chart').first().locator('.legend li').allInnerTexts();
      assert.ok(legend.some((text) => text.includes('seed 0')) && legend.some((text) => text.includes('seed 1')), legend.join('; '));
      await workbench.screenshot('compared');
      await workbench.closeEditors();
    },

    'Export Markdown writes the table where one says': async (workbench) => {
      await workbench.openView('Explorer');
      await workbench.openFile(CODE);
      await workbench.openView('RLPrompt');
      await workbench.inTree('sentiment').click({ timeout: SHORT });
      const { page } = await RunPanel.of(workbench);
      await page.getByRole('button', { name: 'Export Markdown' }).click({ timeout: SHORT });
      await workbench.answer(join(workbench.folder, 'prompts.md'));
      const text = await workbench.waitForFile('prompts.md', 'a table', (written) => written.includes('|'));
      assert.match(text, /^# sentiment\n\n\*\*.+\n\n- Task model: .+\n- Template: .+\n- Label words: .+\n\n\| rank \|/);
      // The file opens beside the code, over the panel, once it is written.
      await workbench.see('the exported table', workbench.tab('prompts.md'));
    },

    'Copy command gives a line that finds the same prompt again': async (workbench) => {
      await workbench.tab('sentiment').click({ timeout: SHORT });
      const { page } = await RunPanel.of(workbench);
      await page.getByRole('button', { name: 'Copy command' }).click({ timeout: SHORT });
      const command = await until('the command', async () => {
        const text = await workbench.page.evaluate(() => navigator.clipboard.readText());
        return text.startsWith('node ') && text;
      });
      const out = join(workbench.folder, 'again');
      execFileSync('bash', ['-c', `${command.replace(/^node/, JSON.stringify(NODE))} --out ${out}`], {
        cwd: workbench.folder,
        stdio: 'pipe',
      });
      const seed = Number(/--seed (\d+)/.exec(command)?.[1]);
      const original = workbench.runFolders().find((run) => run.includes(`seed${seed}`)) ?? workbench.runFolders()[seed];
      assert.equal(winner(out), winner(join(workbench.folder, original ?? '')));
    },

    'Evaluate on other models adds a column': async (workbench) => {
      const { page } = await RunPanel.of(workbench);
      await page.getByRole('button', { name: 'Evaluate on other models…' }).click({ timeout: SHORT });
      await workbench.confirmPicks('On which models?');
      const heading = page.getByRole('columnheader', { name: 'bundled:masked' });
      await workbench.see('a column of the other model', heading);
      const cell = page.locator('table.ranked tbody tr').first().locator('.score').nth(1);
      await until('its scores', async () => /\d+\.\d%/.test(await cell.innerText()));
    },

    'Insert Prompt Snippet puts a prompt of any run into the code': async (workbench) => {
      await workbench.focusEditor(CODE);
      await workbench.runCommand('RLPrompt: Insert Prompt Snippet…');
      await workbench.pick('%');
      await until('a string in the code', async () => /^".+"$/.test((await workbench.editorText(CODE)).split('\n')[0] ?? ''), {
        seen: () => workbench.editorText(CODE),
      });
    },

    'a word that begins with rlprompt completes to the best prompt': async (workbench) => {
      await workbench.focusEditor(CODE);
      await workbench.page.keyboard.press('Control+End');
      await workbench.see('the cursor in the last line', workbench.inStatusBar('Ln 2, Col 1'));
      await workbench.page.keyboard.type('rlprompt', { delay: 60 });
      const row = workbench.page.locator('.suggest-widget .monaco-list-row').filter({ hasText: 'rlprompt sentiment' }).first();
      await workbench.see('the prompt among the suggestions', row);
      await row.click({ timeout: SHORT });
      await until(
        'a string in the last line',
        async () => /^".+"$/.test((await workbench.editorText(CODE)).trimEnd().split('\n').at(-1) ?? ''),
        {
          seen: () => workbench.editorText(CODE),
        },
      );
    },

    'Delete Run asks, and removes its folder': async (workbench) => {
      const before = workbench.runFolders();
      await workbench.runCommand('RLPrompt: Delete Run…');
      await workbench.pick('sentiment');
      await workbench.pressInDialog(/Delete this run of sentiment/, 'Delete');
      await until('one run', () => workbench.runFolders().length === before.length - 1, { seen: () => workbench.runFolders() });
    },
  },
};
