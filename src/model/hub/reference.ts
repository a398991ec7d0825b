import type { Args, Code } from '../../wording/wording';
import { HubError } from './hubError';

/** A model on the hub, as a task spec names it: `hf:OWNER/NAME[@REVISION][#FILE]`. */
export interface HubReference {
  /** `OWNER/NAME`. */
  readonly model: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** The ONNX file to use, such as `onnx/model_fp16.onnx`; the best by default. */
  readonly file: string | undefined;
}

const PART = /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}_])?$/u;
const COMMIT = /^[0-9a-f]{40}$/;

export const isHubReference = (reference: string): boolean => reference.startsWith('hf:');
export const isCommit = (revision: string): boolean => COMMIT.test(revision);

/** @throws HubError with what to write instead */
export function parseHubReference(reference: string): HubReference {
  const check = <C extends Code>(right: boolean, code: C, ...args: Args<C>): void => {
    if (!right) throw new HubError(code, args);
  };
  check(isHubReference(reference), 'hub.referenceScheme', { reference });
  const [beforeFile, file] = cut(reference.slice(3), '#');
  const [model, revision = 'main'] = cut(beforeFile, '@');
  const parts = model.split('/');
  check(parts.length > 1, 'hub.referenceOwner', { reference });
  check(parts.length === 2, 'hub.referenceParts', { reference, parts: parts.length });
  for (const name of parts) check(PART.test(name) && !/--|\.\./.test(name), 'hub.referenceName', { reference, name });
  check(isRevision(revision), 'hub.referenceRevision', { reference, revision });
  check(file === undefined || (isInside(file) && file.endsWith('.onnx')), 'hub.referenceFile', { reference, file: file ?? '' });
  return { model, revision, file };
}

/** Whether a path from a repository stays inside the folder it is put into, on every platform. */
export function isInside(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !/[\\:\p{Cc}]/u.test(path);
}

/** What git allows in a reference's name, as far as files and URLs are concerned. */
function isRevision(revision: string): boolean {
  return isInside(revision) && !/[\s~^?*[#@{]|\.\./.test(revision) && !revision.endsWith('.');
}

function cut(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
