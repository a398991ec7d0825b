import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Layout } from '../local/layout';
import { realClock, type Clock } from '../http';
import { editorName, openEditorModel } from './editorModel';
import { EDITOR_SCHEME } from '../../spec/scheme';
import { openServer, serverAccess, type OpenText } from './openServer';
import { secondsOf } from './opening';
import { ScoreCache } from './scoreCache';
import { TextTaskModel } from './textTaskModel';
import type { Spec } from '../../spec/spec';
import { fillTemplate, fillTurns, templateText, type Turn } from '../../spec/template';
import { textLabels } from '../../spec/verbalizer';
import { ChatPrompts } from '../local/chat/chatPrompts';
import { causalParts } from '../local/localTask';
import type { LmTokenizer } from '../local/tokenizer/tokenizer';
import { keyOf, type Sent } from './textModel';
import type { Access, OpenTask, ServerPace, TaskNeeds } from '../door';

/** Texts that the probe of a server uses, and those that its speed is measured on. */
const SAMPLES = 16;
const MEASURED = 32;

/**
 * Opens a task model that takes text: behind a server, or the editor's. We do not know its tokenizer, so prompts are ids
 * of the policy's tokenizer that travel as their text. @throws TaskError, ModelError
 */
export async function openTextTask(needs: TaskNeeds, access: Access): Promise<OpenTask> {
  const { spec, classes, samples } = needs;
  const { tokenizer } = needs.policy;
  const { parts, prompts, fill } = fillingOf(spec, tokenizer);
  const words = textLabels(spec, classes);
  const texts = samples.map((input) => fill(input, []));
  const clock = access.clock ?? realClock;
  const { model, name, keyFrom } = await openModel(needs, access, clock, words, spread(texts, SAMPLES));
  const cache = ScoreCache.open(access.cacheFolder ?? join(spec.folder, '.rlprompt', 'cache'), model.identity, classes.length);
  const hash = createHash('sha256').update(JSON.stringify(model.identity)).digest('hex');
  const taskModel = new TextTaskModel(
    {
      key: `${hash}\n${spec.turns ? JSON.stringify(spec.template) : templateText(spec.template)}`,
      classes: classes.length,
      fill,
      mostQueries: needs.mostQueries,
      concurrency: spec.server.concurrency,
    },
    model,
    cache,
  );
  const measured = spread(texts, MEASURED);
  const seconds = await secondsOf(access, model.identity, () => taskModel.measure(measured, access.signal));
  const counted = model.count.perText;
  const pace: ServerPace = {
    name,
    queriesPerSecond: measured.length / seconds,
    tokensPerQuery: counted ?? measured.reduce((sum, text) => sum + keyOf(text).length, 0) / measured.length / 4,
    tokensCounted: counted !== undefined,
    keyFrom,
  };
  return {
    model: taskModel,
    folder: { reference: spec.taskModel, hash, kind: 'causal', tokenizer },
    parts,
    words,
    warnings: [],
    context: undefined,
    pace,
    ...prompts,
    roundTrip: () => true,
    notes: () => taskModel.notes(),
    call: () => model.call?.(),
  };
}

/** The template for a model whose tokenizer we do not know: prompts are ids of the policy's. */
interface Filling extends Pick<OpenTask, 'parts'> {
  readonly prompts: Pick<OpenTask, 'encodePrompt' | 'promptText'>;
  readonly fill: (input: string, prompt: readonly number[]) => Sent;
}

export function fillingOf(spec: Spec, tokenizer: LmTokenizer): Filling {
  return spec.turns ? chatOf(spec, spec.turns, tokenizer) : textOf(spec, tokenizer);
}

function textOf(spec: Spec, tokenizer: LmTokenizer): Filling {
  const parts = causalParts(spec);
  const layout = new Layout(parts, tokenizer, Infinity, 0);
  return {
    parts,
    prompts: { encodePrompt: (text) => layout.encodePrompt(text), promptText: (ids) => layout.promptText(ids) },
    fill: (input, prompt) => fillTemplate(parts, input, layout.promptText(prompt), ''),
  };
}

function chatOf({ parts }: Spec, turns: readonly Turn[], tokenizer: LmTokenizer): Filling {
  const prompts = new ChatPrompts(tokenizer);
  return {
    parts,
    prompts: { encodePrompt: (text) => prompts.ids(text), promptText: (ids) => prompts.text(ids) },
    fill: (input, prompt) => fillTurns(turns, input, prompts.text(prompt)),
  };
}

async function openModel(
  { spec, classes }: TaskNeeds,
  access: Access,
  clock: Clock,
  words: readonly string[],
  samples: readonly Sent[],
): Promise<OpenText> {
  const { server: settings, taskModel: reference } = spec;
  const task = { words, labels: classes, samples };
  if (!reference.startsWith(EDITOR_SCHEME)) return openServer(reference, settings, task, serverAccess(access), access.signal);
  const model = await openEditorModel(reference, settings, task, access, clock);
  return { model, name: editorName(reference), keyFrom: undefined };
}

/** At most `count` items, evenly spread. */
function spread<T>(items: readonly T[], count: number): T[] {
  const n = Math.min(count, items.length);
  return Array.from({ length: n }, (_, i) => items[Math.floor((i * items.length) / n)]!);
}
