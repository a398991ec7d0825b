import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { HERE } from './install.mjs';
import { buildSuite } from './suite.mjs';
import { exampleWorkspace } from './workspace.mjs';

/**
 * The same extension tests in a desktop VS Code, which @vscode/test-electron downloads: for machines that can. Run `npm ci` in
 * test/vscode and `npm run build` first. It has not been tried where VS Code cannot be downloaded; run.mjs is what CI runs.
 * @param {string} [only]
 */
export async function run(only = '') {
  return runTests({
    extensionDevelopmentPath: resolve(HERE, '../..'),
    extensionTestsPath: await buildSuite(),
    extensionTestsEnv: { RLPROMPT_TEST_ONLY: only },
    launchArgs: [exampleWorkspace(mkdtempSync(join(tmpdir(), 'rlprompt-vscode-'))), '--disable-workspace-trust', '--disable-extensions'],
  });
}

if (process.argv[1] === join(HERE, 'electron.mjs')) process.exitCode = await run(process.argv[2]);
