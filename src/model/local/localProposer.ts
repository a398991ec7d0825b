import limitTo from 'p-limit';
import type { Part, Turn } from '../../spec/template';
import type { OpenProposer, ProposerNeeds } from '../door';
import type { GenerationSettings } from '../generator';
import { ModelError } from '../modelError';
import { ChatLayout } from './chat/chatLayout';
import { ChatTemplate } from './chat/chatTemplate';
import { Layout, type TaskLayout } from './layout';
import { LocalGenerator } from './localGenerator';
import { readModel, type ModelFolder } from './modelFolder';
import type { Compute } from './session';
import { word } from '../../wording/wording';

const PARTS: readonly Part[] = [
  { kind: 'input', space: false },
  { kind: 'prompt', space: false },
];
const TURNS: readonly Turn[] = [{ role: 'user', parts: PARTS }];
const TEMPERATURE = 1;
/** One part in so many of a small context is for the answer: a request shows rows, an answer is an instruction. */
const ANSWER_SHARE = 4;

/** Opens a causal model that runs here as a proposer: as a chat where it has a chat template, else it continues the request. @throws ModelError */
export async function openLocalProposer({ reference, spec, maxTokens: most }: ProposerNeeds, compute: Compute): Promise<OpenProposer> {
  const folder = await readModel(reference, spec.folder);
  if (folder.kind !== 'causal') throw new ModelError('model.cannotGenerate', { model: reference });
  const maxTokens = Math.min(most, Math.floor(folder.context / ANSWER_SHARE));
  const settings: GenerationSettings = { maxTokens, temperature: TEMPERATURE, topK: null, stop: [], seed: 0 };
  const generator = await LocalGenerator.open(folder, layoutOf(folder, maxTokens), 'proposer', settings, compute, 1);
  // The model's memory serves one text at a time.
  const limit = limitTo(1);
  return {
    reference,
    hash: folder.hash,
    remote: undefined,
    maxTokens,
    answer: (request, seed, signal) =>
      limit(async () => {
        const set = generator.rows([request]);
        // Half a request asks for something else.
        if (set.cut > 0) {
          const problem = word('model.requestTooLong', { model: reference, context: folder.context, answer: maxTokens });
          return { text: undefined, problem, tokens: 0, counted: true };
        }
        const [[text] = []] = await generator.generate([{ ids: [], row: 0, samples: [seed] }], set, signal);
        const tokens = folder.tokenizer.encode(request).length + folder.tokenizer.encode(text ?? '').length;
        return { text, tokens, counted: true };
      }),
    release: () => generator.release(),
  };
}

function layoutOf({ chat, tokenizer, context }: ModelFolder, room: number): TaskLayout {
  const template = ChatTemplate.of(chat, new Date());
  return template ? new ChatLayout(TURNS, template, tokenizer, context, room) : new Layout(PARTS, tokenizer, context, room);
}
