import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { HERE, install, installPackages } from './install.mjs';

/**
 * Tests the packed extension in a real VS Code: its extension tests in the extension host, and a user's paths through the
 * workbench in Chromium. It builds nothing: run `npm run build` first.
 */
const USAGE = 'node test/vscode/run.mjs [--vsix FILE] [--only TEXT]   (--only: the paths and extension tests whose names have that text)';

async function main() {
  let options;
  try {
    options = parseArgs({ options: { vsix: { type: 'string' }, only: { type: 'string' } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  const { vsix, only } = options;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    installPackages();
    console.log('The workbench in a browser needs Linux on x64; here the extension tests run in a downloaded VS Code.');
    return (await import('./electron.mjs')).run(only);
  }
  const { chromium } = install();
  execFileSync('npm', ['run', '--silent', 'check'], { cwd: HERE, stdio: 'inherit' });
  const packed = vsix === undefined ? pack() : resolve(vsix);
  // The path must not contain the extension's name: the extension's own errors are recognized by it.
  const folder = mkdtempSync(join(tmpdir(), 'vscode-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const { passed, failed } = await test(chromium, packed, folder, only);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

/** @param {string} chromium @param {string} packed @param {string} folder @param {string | undefined} only */
async function test(chromium, packed, folder, only) {
  // The packages that these import exist only now.
  const [{ openBrowser }, { readPaths, walk }, { installExtension, packProvider, Server }, { runSuite }] = await Promise.all([
    import('./browser.mjs'),
    import('./path.mjs'),
    import('./server.mjs'),
    import('./suite.mjs'),
  ]);
  const total = { passed: 0, failed: 0 };
  /** @param {InstanceType<typeof Server>} server @param {() => Promise<{ passed: number, failed: number }>} run */
  const on = async (server, run) => {
    try {
      await server.start();
      const { passed, failed } = await run();
      total.passed += passed;
      total.failed += failed;
    } finally {
      await server.stop();
    }
  };
  const extension = installExtension(packed, folder);
  installExtension(await packProvider(folder), folder);
  const browser = await openBrowser(chromium);
  try {
    const result = join(folder, 'suite-result.json');
    const variables = { RLPROMPT_SUITE_RESULT: result, RLPROMPT_TEST_ONLY: only ?? '' };
    const suite = new Server(folder, 'suite', { tests: true, variables });
    await on(suite, () => runSuite(browser, suite, { extension, result, only }));
    const paths = (await readPaths()).filter(({ name }) => only === undefined || name.includes(only));
    for (const trust of [false, true]) {
      const walked = paths.filter((path) => (path.trust ?? false) === trust);
      const server = new Server(folder, trust ? 'restricted' : 'trusted', { trust });
      if (walked.length > 0)
        await on(server, async () => {
          const sum = { passed: 0, failed: 0 };
          for (const path of walked) {
            const steps = await walk(browser, server, path);
            sum.passed += steps.passed;
            sum.failed += steps.failed;
          }
          return sum;
        });
    }
  } finally {
    await browser.close();
  }
  return total;
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

// The servers run in process groups of their own, which do not get the signal: end them here.
for (const [signal, status] of /** @type {const} */ ([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]))
  process.once(signal, () => process.exit(status));
try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
