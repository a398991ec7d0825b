import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openPage } from './browser.mjs';
import { HERE } from './install.mjs';
import { ownErrors, reportFailure, reportPass } from './report.mjs';
import { exampleWorkspace } from './workspace.mjs';
import { Workbench } from './workbench.mjs';

/**
 * What a user does in one window on a fresh copy of the example, step by step. Each step starts where the one before left
 * the window.
 * @typedef {object} Path
 * @property {string} name
 * @property {boolean} [trust] the server asks before it trusts a folder: the window is in restricted mode
 * @property {Parameters<typeof exampleWorkspace>[1]} [workspace]
 * @property {RegExp} [logged] what VS Code itself logs about errors that the path causes
 * @property {Record<string, (workbench: Workbench) => Promise<void>>} steps
 */

/** Every path in path/, in the order of their files' names. @returns {Promise<Path[]>} */
export async function readPaths() {
  const files = readdirSync(join(HERE, 'path')).filter((name) => name.endsWith('.path.mjs'));
  return Promise.all(files.sort().map(async (name) => (await import(pathToFileURL(join(HERE, 'path', name)).href)).default));
}

/**
 * Walks a path. A failed step leaves a screenshot and the server's log; the steps after it are skipped and count as failed.
 * @param {import('playwright-core').Browser} browser
 * @param {import('./server.mjs').Server} server
 * @param {Path} path
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function walk(browser, server, path) {
  console.log(`\n${path.name}`);
  /** @type {[string, (workbench: Workbench) => Promise<void>][]} */
  const steps = [
    ['a window opens', (window) => window.open(server)],
    ...Object.entries(path.steps),
    [
      'the extension has thrown no error',
      async (window) =>
        assert.deepEqual(
          ownErrors(window).filter((text) => !path.logged?.test(text)),
          [],
        ),
    ],
  ];
  let passed = 0;
  let current = '';
  const workbench = new Workbench(await openPage(browser), exampleWorkspace(server.folder, path.workspace));
  try {
    for (const [name, step] of steps) {
      current = name;
      const start = performance.now();
      await step(workbench);
      passed += 1;
      reportPass(name, performance.now() - start);
    }
  } catch (error) {
    reportFailure(current, error, workbench, server);
    const picture = `failed ${path.name} ${current}`.replace(/\W+/g, '-');
    await workbench.screenshot(picture).then(
      () => console.log(`    Screenshot: test/vscode/screenshots/${picture}.png`),
      () => console.log('    No screenshot: the window does not respond.'),
    );
    for (const [name] of steps.slice(passed + 1)) console.log(`  – ${name}: not reached`);
  } finally {
    await workbench.close();
  }
  return { passed, failed: steps.length - passed };
}
