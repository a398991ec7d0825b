import { spawn } from 'node:child_process';

let found: Promise<string | undefined> | undefined;

/** The option that limits what a process may read, start and load; undefined where this Node, or Electron, has none. */
export function permissionOption(): Promise<string | undefined> {
  return (found ??= find());
}

async function find(): Promise<string | undefined> {
  for (const option of ['--permission', '--experimental-permission'])
    if (process.allowedNodeEnvironmentFlags.has(option) && (await starts(option))) return option;
  return undefined;
}

function starts(option: string): Promise<boolean> {
  return new Promise((resolve) => {
    // Electron is a plain Node under this variable.
    const child = spawn(process.execPath, [option, '-e', '0'], { stdio: 'ignore', env: { ELECTRON_RUN_AS_NODE: '1' }, windowsHide: true });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
