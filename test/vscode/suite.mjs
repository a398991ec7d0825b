import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { HERE } from './install.mjs';
import { reportFailure, reportPass } from './report.mjs';
import { within } from './wait.mjs';
import { exampleWorkspace } from './workspace.mjs';

const BUNDLES = join(HERE, 'dist/suite');
/** Longest time for the whole suite, in ms. */
const LIMIT = 600_000;

/** @typedef {{ title: string, state: 'passed' | 'failed' | 'pending', milliseconds: number, message?: string }} Outcome see suite/index.ts */

/** Bundles the suite for an extension host; returns the module that it calls. */
export async function buildSuite() {
  rmSync(BUNDLES, { recursive: true, force: true });
  const files = readdirSync(join(HERE, 'suite')).filter((name) => name === 'index.ts' || name.endsWith('.test.ts'));
  await build({
    entryPoints: files.map((name) => join(HERE, 'suite', name)),
    outdir: BUNDLES,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return join(BUNDLES, 'index.js');
}

/**
 * Runs the suite in the extension host of a workbench. It passed when VS Code says so, the result file names no failure, and
 * at least one test passed: each of the three alone can be wrong.
 * @param {import('playwright-core').Browser} browser
 * @param {import('./server.mjs').Server} server
 * @param {{ extension: string, result: string, only: string | undefined }} options extension: where it is installed; result: the file that the suite writes (the server's $RLPROMPT_SUITE_RESULT)
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runSuite(browser, server, { extension, result, only }) {
  console.log('\nExtension tests');
  const suite = await buildSuite();
  const workspace = exampleWorkspace(server.folder);
  // Not at the top: the desktop's tests come here too, and need no browser.
  const { openPage } = await import('./browser.mjs');
  const window = await openPage(browser);
  const { context, page } = window;
  /** @param {string} message */
  const stopped = (message) => {
    reportFailure('the extension tests', new Error(message), window, server);
    return { passed: 0, failed: 1 };
  };
  try {
    /** @type {Promise<number>} */
    const exit = new Promise((resolve, reject) => {
      page.on('crash', () => reject(new Error('The page with the workbench crashed.')));
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    // All that the extension host says on its console; the outcomes come by the file.
    await page.exposeFunction('codeAutomationLog', () => undefined);
    const payload = [
      ['extensionDevelopmentPath', server.remote(extension)],
      ['extensionTestsPath', server.remote(suite)],
      ['enableProposedApi', ''],
      ['skipWelcome', 'true'],
    ];
    await page.goto(`${server.url}/?folder=${workspace}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
    const code = await within('the extension tests to end', exit, LIMIT);
    if (!existsSync(result)) return stopped(`The extension host ended (code ${code}) without a result.`);
    const outcomes = /** @type {Outcome[]} */ (JSON.parse(readFileSync(result, 'utf8')));
    const total = print(outcomes);
    if (total.failed === 0 && code !== 0) return stopped(`No test failed, but VS Code ended the tests with code ${code}.`);
    if (total.passed + total.failed === 0 && only === undefined) return stopped('No test ran.');
    return total;
  } catch (error) {
    return stopped(error instanceof Error ? error.message : String(error));
  } finally {
    await context.close();
  }
}

/** @param {Outcome[]} outcomes */
function print(outcomes) {
  for (const { title, state, milliseconds, message } of outcomes) {
    if (state === 'passed') reportPass(title, milliseconds);
    else if (state === 'failed') reportFailure(title, new Error(message));
    else console.log(`  – ${title}: skipped`);
  }
  const count = (/** @type {Outcome['state']} */ expected) => outcomes.filter(({ state }) => state === expected).length;
  return { passed: count('passed'), failed: count('failed') };
}
