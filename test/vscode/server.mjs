import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { CODE_SERVER, HERE, NODE } from './install.mjs';
import { LONG, until } from './wait.mjs';

const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'chat.agentHost.enabled': false,
  // As on the desktop; in a browser files would be saved by themselves.
  'files.autoSave': 'off',
  'telemetry.telemetryLevel': 'off',
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'git.openRepositoryInParentFolders': 'never',
};

/** Packs the extension of the tests that brings language models. @param {string} folder @returns {Promise<string>} the .vsix */
export async function packProvider(folder) {
  const file = join(folder, 'provider.vsix');
  const options = { cwd: join(HERE, 'provider'), packagePath: file, dependencies: false, allowMissingRepository: true, skipLicense: true };
  await createVSIX(options);
  return file;
}

/** Installs a .vsix into a folder of extensions; returns where it lies then. @param {string} vsix @param {string} folder with extensions/ in it */
export function installExtension(vsix, folder) {
  const extensions = join(folder, 'extensions');
  const args = ['--user-data-dir', join(folder, 'install'), '--extensions-dir', extensions, '--install-extension', vsix];
  execFileSync(NODE, [join(CODE_SERVER, 'out/node/entry.js'), ...args], {
    env: environment(join(folder, 'install')),
    stdio: 'pipe',
    timeout: 2 * LONG,
  });
  const [installed] = readdirSync(extensions).filter((name) => name.startsWith('rlprompt.'));
  if (!installed) throw new Error(`The extension is not among those installed in ${extensions}.`);
  return join(extensions, installed);
}

/** A VS Code server on the extensions of a run's folder, with settings and a home of its own in there. */
export class Server {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;
  #port = 0;

  /**
   * @param {string} root the run's folder, with extensions/ in it
   * @param {string} name
   * @param {{ trust?: boolean, tests?: boolean, variables?: Record<string, string> }} [options]
   *   trust: folders are not trusted unless the user says so. tests: the workbench takes test parameters from its address
   *   (then it shows no notifications). variables: for the environment of its extension hosts.
   */
  constructor(root, name, { trust = false, tests = false, variables = {} } = {}) {
    this.root = root;
    this.folder = join(root, name);
    this.trust = trust;
    this.tests = tests;
    this.variables = variables;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A path on the server, as the workbench names it. @param {string} path */
  remote(path) {
    return `vscode-remote://127.0.0.1:${this.#port}${path}`;
  }

  async start() {
    const data = join(this.folder, 'data');
    mkdirSync(join(data, 'User'), { recursive: true });
    const trust = {
      'security.workspace.trust.enabled': this.trust,
      ...(this.trust && { 'security.workspace.trust.startupPrompt': 'never' }),
    };
    writeFileSync(join(data, 'User/settings.json'), JSON.stringify({ ...SETTINGS, ...trust }));
    this.#port = await freePort();
    const args = [
      ...['--host', '127.0.0.1', '--port', String(this.#port), '--without-connection-token', '--accept-server-license-terms'],
      ...['--server-data-dir', data, '--user-data-dir', data, '--extensions-dir', join(this.root, 'extensions'), '--disable-telemetry'],
      ...(this.trust ? [] : ['--disable-workspace-trust']),
      ...(this.tests ? ['--enable-smoke-test-driver'] : []),
    ];
    const child = spawn(NODE, [join(CODE_SERVER, 'lib/vscode/out/server-main.js'), ...args], {
      env: { ...environment(this.folder), ...this.variables },
      cwd: this.folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(join(this.folder, 'server.log'));
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    this.#process = child;
    // Registered before the handler that removes the folder.
    process.prependOnceListener('exit', this.#kill);
    const state = await until(
      'the VS Code server to answer',
      async () => {
        if (child.exitCode !== null) return 'ended';
        return (await fetch(`${this.url}/version`)).ok && 'ready';
      },
      { every: 50 },
    );
    if (state === 'ended') throw new Error(`The VS Code server ended with status ${child.exitCode}.\n${this.log(() => true, 30)}`);
  }

  /** The last lines that the server and its extension hosts have logged. @param {(line: string) => boolean} wanted @param {number} lines of each log */
  log(wanted, lines) {
    const logs = join(this.folder, 'data/logs');
    const hosts = existsSync(logs) ? readdirSync(logs, { recursive: true, encoding: 'utf8' }) : [];
    return [join(this.folder, 'server.log'), ...hosts.filter((name) => /exthost.*\.log$/.test(name)).map((name) => join(logs, name))]
      .map((file) => ({ file, text: readFileSync(file, 'utf8').split('\n') }))
      .map(({ file, text }) => ({ file, text: text.filter((line) => line.trim() !== '' && wanted(line)).slice(-lines) }))
      .filter(({ text }) => text.length > 0)
      .map(({ file, text }) => `── ${file.slice(this.folder.length + 1)}\n${text.join('\n')}`)
      .join('\n');
  }

  /** Ends the server and everything it started. */
  async stop() {
    const child = this.#process;
    this.#kill();
    process.off('exit', this.#kill);
    if (child) await until('the VS Code server to end', () => child.exitCode !== null || child.signalCode !== null, { every: 20 });
  }

  #kill = () => {
    if (this.#process?.pid === undefined) return;
    try {
      process.kill(-this.#process.pid, 'SIGKILL');
    } catch {
      // It has already ended.
    }
  };
}

/** Neither reads nor writes this user's own settings. @param {string} folder */
function environment(folder) {
  const folders = {
    HOME: 'home',
    XDG_CONFIG_HOME: 'config',
    XDG_DATA_HOME: 'share',
    XDG_CACHE_HOME: 'cache',
    XDG_RUNTIME_DIR: 'runtime',
    TMPDIR: 'tmp',
  };
  const own = Object.fromEntries(Object.entries(folders).map(([name, path]) => [name, join(folder, path)]));
  for (const path of Object.values(own)) mkdirSync(path, { recursive: true, mode: 0o700 });
  const { VSCODE_IPC_HOOK_CLI: _hook, NODE_OPTIONS: _options, ...inherited } = process.env;
  return { ...inherited, ...own };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('There is no free port.'))));
    });
  });
}
