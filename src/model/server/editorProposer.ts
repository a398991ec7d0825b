import { createHash } from 'node:crypto';
import type { Access, OpenProposer, ProposerNeeds } from '../door';
import { realClock } from '../http';
import { editorName } from './editorModel';
import { EditorWriter } from './editorWriter';
import { proposerAnswers } from './proposerAnswers';

/** Opens one of VS Code's models as a proposer. The first request waits for the user's consent. @throws ServerError */
export async function openEditorProposer({ reference, spec, maxTokens }: ProposerNeeds, access: Access): Promise<OpenProposer> {
  const { systemMessage: _, ...settings } = spec.server;
  const length = { tokens: maxTokens, cut: (text: string) => text };
  const clock = access.clock ?? realClock;
  const writer = await EditorWriter.open(reference, settings, access, length, clock, 'Reply with the word OK.');
  const answer = proposerAnswers(async (request, seed, signal) => ({ text: (await writer.write(request, 1, seed, signal))[0] }));
  const hash = createHash('sha256').update(reference).digest('hex');
  return {
    reference,
    hash,
    remote: { name: editorName(reference), keyFrom: undefined },
    maxTokens,
    answer,
    release: () => Promise.resolve(),
  };
}
