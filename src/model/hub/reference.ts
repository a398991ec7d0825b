import { HubError } from './hubError';

/** A model on the hub, as a task spec names it: `hf:OWNER/NAME[@REVISION][#FILE]`. */
export interface HubReference {
  /** `OWNER/NAME`. */
  readonly model: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
  /** The ONNX file to take, such as `onnx/model_fp16.onnx`; the best by default. */
  readonly file: string | undefined;
}

const PART = /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}_])?$/u;
const COMMIT = /^[0-9a-f]{40}$/;

export const isHubReference = (reference: string): boolean => reference.startsWith('hf:');
export const isCommit = (revision: string): boolean => COMMIT.test(revision);

/** @throws HubError with what to write instead */
export function parseHubReference(reference: string): HubReference {
  const wrong = (what: string): never => {
    throw new HubError(
      'reference',
      `"${reference}" does not name a model on the Hugging Face hub: ${what}. Write hf:OWNER/NAME, hf:OWNER/NAME@REVISION, or hf:OWNER/NAME#onnx/FILE.onnx.`,
    );
  };
  if (!isHubReference(reference)) return wrong('it does not begin with hf:');
  const [beforeFile, file] = cut(reference.slice(3), '#');
  const [model, revision = 'main'] = cut(beforeFile, '@');
  const parts = model.split('/');
  if (parts.length === 1) return wrong('the owner is missing');
  if (parts.length > 2) return wrong(`it has ${parts.length} parts between slashes, not two`);
  const odd = parts.find((part) => !PART.test(part) || /--|\.\./.test(part));
  if (odd !== undefined) return wrong(`"${odd}" is no name on the hub`);
  if (!isRevision(revision)) return wrong(`"${revision}" is no revision`);
  if (file !== undefined && !(isInside(file) && file.endsWith('.onnx'))) return wrong(`"${file}" is no ONNX file in its repository`);
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
