import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CODE_SERVER, NODE } from './install.mjs';
import { LONG, until } from './wait.mjs';

const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
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

/** A VS Code server with the packed extension installed, in a folder of its own that is gone when it is stopped. */
export class Server {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;
  #port = 0;

  /** @param {string} vsix @param {{ trust?: boolean, environment?: Record<string, string> }} [options] trust: ask before a folder is trusted */
  constructor(vsix, { trust = false, environment = {} } = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'rlprompt-vscode-'));
    this.vsix = vsix;
    this.trust = trust;
    this.environment = environment;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Paths on the server, as the workbench names them. @param {string} path */
  remote(path) {
    return `vscode-remote://127.0.0.1:${this.#port}${path}`;
  }

  /** Where the extension lies once it is installed. */
  get extension() {
    const [folder] = readdirSync(this.#extensions).filter((name) => name.startsWith('rlprompt.'));
    if (!folder) throw new Error(`The extension is not among those installed in ${this.#extensions}.`);
    return join(this.#extensions, folder);
  }

  get #extensions() {
    return join(this.folder, 'extensions');
  }

  async start() {
    const data = join(this.folder, 'data');
    const environment = this.#environment();
    mkdirSync(join(data, 'User'), { recursive: true });
    writeFileSync(
      join(data, 'User/settings.json'),
      JSON.stringify({
        ...SETTINGS,
        'security.workspace.trust.enabled': this.trust,
        ...(this.trust ? { 'security.workspace.trust.startupPrompt': 'never' } : {}),
      }),
    );
    execFileSync(
      NODE,
      [
        join(CODE_SERVER, 'out/node/entry.js'),
        '--user-data-dir',
        data,
        '--extensions-dir',
        this.#extensions,
        '--install-extension',
        this.vsix,
      ],
      { env: environment, stdio: 'pipe', timeout: 2 * LONG },
    );
    this.#port = await freePort();
    const args = [
      join(CODE_SERVER, 'lib/vscode/out/server-main.js'),
      ...['--host', '127.0.0.1', '--port', String(this.#port), '--without-connection-token', '--accept-server-license-terms'],
      ...['--server-data-dir', data, '--user-data-dir', data, '--extensions-dir', this.#extensions],
      ...['--disable-telemetry', '--enable-smoke-test-driver', ...(this.trust ? [] : ['--disable-workspace-trust'])],
    ];
    const log = createWriteStream(join(this.folder, 'server.log'));
    const child = spawn(NODE, args, { env: environment, cwd: this.folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    this.#process = child;
    process.once('exit', this.#kill);
    await until(
      'the VS Code server to answer',
      async () => {
        if (child.exitCode !== null) return 'ended';
        return (await fetch(`${this.url}/version`)).ok && 'ready';
      },
      { timeout: LONG, every: 50 },
    ).then((state) => {
      if (state === 'ended') throw new Error(`The VS Code server ended with status ${child.exitCode}.\n${this.log(30)}`);
    });
  }

  /** The last lines that the server and its extension hosts have logged. @param {number} lines of each */
  log(lines) {
    const data = join(this.folder, 'data');
    const files = existsSync(join(data, 'logs'))
      ? readdirSync(join(data, 'logs'), { recursive: true, encoding: 'utf8' })
          .filter((name) => /exthost\d*\/(remoteexthost|.*rlprompt.*|.*RLPrompt.*)\.log$/i.test(name))
          .map((name) => join(data, 'logs', name))
      : [];
    return [join(this.folder, 'server.log'), ...files]
      .map((file) => {
        const text = readFileSync(file, 'utf8').trimEnd().split('\n');
        return `── ${file.slice(this.folder.length + 1)}\n${text.slice(-lines).join('\n')}`;
      })
      .join('\n');
  }

  /** Ends the server and all that it started, and deletes its folder. */
  async stop() {
    const child = this.#process;
    this.#kill();
    process.off('exit', this.#kill);
    if (child) await until('the VS Code server to end', () => child.exitCode !== null || child.signalCode !== null, { every: 20 });
    // Its extension hosts may still be writing.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #kill = () => {
    if (this.#process?.pid === undefined) return;
    try {
      process.kill(-this.#process.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };

  /** Nothing of this user's own settings is read, and nothing of theirs is written. */
  #environment() {
    const own = Object.fromEntries(
      Object.entries({
        HOME: 'home',
        XDG_CONFIG_HOME: 'config',
        XDG_DATA_HOME: 'share',
        XDG_CACHE_HOME: 'cache',
        XDG_RUNTIME_DIR: 'runtime',
        TMPDIR: 'tmp',
      }).map(([name, folder]) => [name, join(this.folder, folder)]),
    );
    for (const folder of Object.values(own)) mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { VSCODE_IPC_HOOK_CLI: _hook, NODE_OPTIONS: _options, ...inherited } = process.env;
    return { ...inherited, ...own, ...this.environment };
  }
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
