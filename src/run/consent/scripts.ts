import { readScripts } from '../../metrics/script/readScript';
import { permissionOption } from '../../metrics/script/permission';
import type { Scripts } from '../../metrics/script/script';
import type { Spec } from '../../spec/spec';
import { word } from '../../wording/wording';
import { Declined } from './declined';
import type { FrontEnd } from '../frontEnd';

/**
 * Reads the scripts among a spec's metrics and asks whether they may run: what is agreed to is what was read, whatever becomes of
 * the file.
 * @param ran hashes of the scripts that a run was scored with, where its prompts are scored further
 * @throws TaskError, Declined
 */
export async function agreeToScripts(spec: Spec, frontEnd: FrontEnd, ran?: Readonly<Record<string, string>>): Promise<Scripts> {
  const scripts = readScripts(spec.metrics ?? [], spec);
  if (scripts.size === 0) return scripts;
  const limited = (await permissionOption()) !== undefined;
  for (const { name, path, hash } of scripts.values()) {
    const changed = ran !== undefined && ran[name] !== hash ? [word('run.scriptChanged')] : [];
    const lines = [word('run.script', { path, hash }), ...changed, word('run.scriptLimits', { limited })];
    if (!(await frontEnd.allowScript(name, lines))) throw new Declined('run.declined', { model: name });
  }
  return scripts;
}
