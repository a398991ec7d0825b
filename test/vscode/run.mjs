import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { HERE, install } from './install.mjs';

/**
 * Tests the packed extension in a real VS Code: its extension tests in the extension host, and a person's paths through the
 * workbench in Chromium. It builds nothing: `npm run build` comes first.
 */
const USAGE = 'node test/vscode/run.mjs [--vsix FILE] [--only TEXT]   (--only: the paths and extension tests whose names have that text)';

async function main() {
  const { vsix, only } = parseArgs({ options: { vsix: { type: 'string' }, only: { type: 'string' } } }).values;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log('The workbench in a browser needs Linux on x64; here the extension tests run in a downloaded VS Code.');
    return (await import('./electron.mjs')).run(only);
  }
  const { chromium } = install();
  const [{ openBrowser }, { readPaths, walk }, { Server }, { runSuite }, { exampleWorkspace }] = await Promise.all([
    import('./browser.mjs'),
    import('./path.mjs'),
    import('./server.mjs'),
    import('./suite.mjs'),
    import('./workspace.mjs'),
  ]);
  const packed = vsix === undefined ? pack() : resolve(vsix);
  const folder = mkdtempSync(join(tmpdir(), 'rlprompt-vscode-'));
  const result = join(folder, 'result.json');
  const total = { passed: 0, failed: 0 };
  const add = (/** @type {{ passed: number, failed: number }} */ more) => {
    total.passed += more.passed;
    total.failed += more.failed;
  };
  const browser = await openBrowser(chromium);
  try {
    const paths = (await readPaths()).filter(({ name }) => only === undefined || name.includes(only));
    for (const trust of [false, true]) {
      const walked = paths.filter((path) => (path.trust ?? false) === trust);
      if (trust && walked.length === 0) continue;
      const server = new Server(packed, { trust, environment: { RLPROMPT_SUITE_RESULT: result, RLPROMPT_TEST_ONLY: only ?? '' } });
      try {
        await server.start();
        if (!trust) add(await runSuite(browser, server, { workspace: exampleWorkspace(server.folder), result, only }));
        for (const path of walked) add(await walk(browser, server, path));
      } finally {
        await server.stop();
      }
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** Packs what is built for this platform. */
function pack() {
  const out = join(HERE, 'dist/package');
  rmSync(out, { recursive: true, force: true });
  if (!existsSync(resolve(HERE, '../../dist/extension.js'))) throw new Error('dist/extension.js is missing. Run `npm run build` first.');
  execFileSync(process.execPath, [resolve(HERE, '../../tools/package/package.mjs'), '--out', out], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [file] = readdirSync(out).filter((name) => name.endsWith('.vsix'));
  if (!file) throw new Error(`tools/package/package.mjs left no .vsix in ${out}.`);
  return join(out, file);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  process.exitCode = 1;
}
