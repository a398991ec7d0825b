import * as assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { extension, manifest } from './extension';

describe('the extension', () => {
  it('is there, with the name and the version of its package', () => {
    assert.equal(manifest().displayName, 'RLPrompt');
    assert.match(manifest().version, /^\d+\.\d+\.\d+$/);
  });

  it('activates', async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
  });

  it('has registered every command that its manifest names', async () => {
    await extension().activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const named = manifest().contributes.commands.map(({ command }) => command);
    assert.ok(named.includes('rlprompt.optimize'));
    assert.deepEqual(
      named.filter((command) => !registered.has(command)),
      [],
    );
  });
});
