import { createHash } from 'node:crypto';
import type { GenerationSettings } from '../generator';
import type { Access, OpenProposer, ProposerNeeds } from '../door';
import type { Client } from './client';
import { connect, serverAccess } from './openServer';
import { proposerAnswers } from './proposerAnswers';
import { ServerError } from './serverError';
import { TextWriter } from './textWriter';

/** Answers to the same request differ: proposals need variety. */
const TEMPERATURE = 1;

/** Opens a proposer on a server, in a chat or, where the server has none, as a completion; sends one short request to try it. @throws ServerError */
export async function openServerProposer({ reference, spec, maxTokens }: ProposerNeeds, access: Access): Promise<OpenProposer> {
  const { use, name, keyFrom } = await connect(reference, spec.server, serverAccess(access), access.signal);
  const settings: GenerationSettings = { maxTokens, temperature: TEMPERATURE, topK: null, stop: [], seed: 0 };
  const writer = await use((client, model) => findWay(client, model, settings, access.signal));
  const answer = proposerAnswers(async (request, seed, signal) => {
    const { texts, tokens } = await writer.writeCounted(request, 1, seed, signal);
    return { text: texts[0], tokens };
  });
  const hash = createHash('sha256').update(JSON.stringify(writer.identity)).digest('hex');
  return { reference, hash, remote: { name, keyFrom }, maxTokens, answer, release: () => Promise.resolve() };
}

async function findWay(client: Client, model: string, settings: GenerationSettings, signal: AbortSignal | undefined): Promise<TextWriter> {
  const chat = new TextWriter(client, model, 'chat', undefined, settings);
  try {
    await chat.write('Reply with the word OK.', 1, 0, signal, 1);
    return chat;
  } catch (error) {
    if (!(error instanceof ServerError) || !['request', 'broken', 'model', 'blocked'].includes(error.failure)) throw error;
    const completions = new TextWriter(client, model, 'completions', undefined, settings);
    try {
      await completions.write('OK', 1, 0, signal, 1);
      return completions;
    } catch {
      // What is wrong with chats is what the user can fix.
      throw error;
    }
  }
}
