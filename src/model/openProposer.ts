import { EDITOR_SCHEME, isTextModel } from '../spec/scheme';
import type { Access, OpenProposer, ProposerNeeds } from './door';
import { openLocalProposer } from './local/localProposer';
import type { Compute } from './local/session';
import { openEditorProposer } from './server/editorProposer';
import { openServerProposer } from './server/serverProposer';

/** Opens the model that proposes prompts, by the scheme of its reference. @throws TaskError, ModelError */
export function openProposer(needs: ProposerNeeds, compute: Compute, access: Access): Promise<OpenProposer> {
  if (!isTextModel(needs.reference)) return openLocalProposer(needs, compute);
  return needs.reference.startsWith(EDITOR_SCHEME) ? openEditorProposer(needs, access) : openServerProposer(needs, access);
}
