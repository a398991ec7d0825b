import type { ModelCall } from './call';
import type { Generator } from './generator';
import type { Clock } from './http';
import type { Ask } from './server/editorModel';
import type { Opening } from './server/opening';
import type { PromptIds, RowSet, TaskModel } from './taskModel';
import type { ModelFolder } from './local/modelFolder';
import type { Problem } from '../spec/problem';
import type { Spec } from '../spec/spec';
import { warning, type Note } from '../wording/note';
import type { Part } from '../spec/template';

/** What opening a task model needs to know about the task. */
export interface TaskNeeds {
  readonly spec: Spec;
  /** Labels, in the order of the dataset's classes. */
  readonly classes: readonly string[];
  /** Inputs to try a server on. */
  readonly samples: readonly string[];
  /** The model under the policy: its tokens are what prompts are made of. */
  readonly policy: ModelFolder;
  /** Queries that may be sent to a server in all. */
  readonly mostQueries: number;
  /** The date that chat templates print; today when absent. */
  readonly now?: Date | undefined;
  /** Append {mask} to a template that has none, if the model needs one. */
  readonly addMask?: boolean;
}

/** What the host or the command line provides. */
export interface Access {
  /** Asks one of VS Code's models; absent outside VS Code. */
  readonly ask?: Ask | undefined;
  /** Where scores of servers are kept; `.rlprompt/cache` beside the spec when absent. */
  readonly cacheFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What models elsewhere answered when a run first opened them. */
  readonly opening?: Opening | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
}

/** Says how many texts of a split were cut, if any. */
export function cutNotes(split: string, { cut, texts }: Pick<RowSet, 'cut' | 'texts'>, context: number | undefined): Note[] {
  return cut > 0 ? [warning('model.textsCut', { split, cut, of: texts.length, context })] : [];
}

/** How fast and how expensive a server is, by a trial. */
export interface ServerPace {
  /** Model and server, for users. */
  readonly name: string;
  readonly queriesPerSecond: number;
  /** Tokens of a query; counted by the server, or a fourth of its characters. */
  readonly tokensPerQuery: number;
  readonly tokensCounted: boolean;
  /** Texts that are generated for a query; absent where label words are scored. */
  readonly textsPerQuery?: number;
  /** Where the key comes from; undefined if none is sent. */
  readonly keyFrom: string | undefined;
}

/** A task model, open, with the template laid out for it. */
export interface OpenTask extends OpenModel {
  readonly model: TaskModel;
  readonly words: readonly string[];
}

/** A model that continues texts, open, with the template laid out for it. */
export interface OpenGenerator extends OpenModel {
  readonly generator: Generator;
}

interface OpenModel {
  /** What a run's folder and its table say about the model; its tokens are those of `tokenizer`. */
  readonly folder: Pick<ModelFolder, 'reference' | 'hash' | 'kind' | 'tokenizer'>;
  /** The template as this model reads it. */
  readonly parts: readonly Part[];
  readonly warnings: readonly Problem[];
  /** Tokens that fit; undefined where only the server knows. */
  readonly context: number | undefined;
  /** Undefined for a model that runs here. */
  readonly pace: ServerPace | undefined;
  encodePrompt(text: string): number[];
  /** The text to put into the template's `{prompt}`. */
  promptText(ids: PromptIds): string;
  /** Whether the prompt, in place as text, gives the same ids in this model's tokenizer; true where only the server has one. */
  roundTrip(ids: PromptIds, input: string): boolean;
  /** How other code gets the scores of this model; undefined where it cannot. */
  call(): ModelCall | undefined;
  /** Grows while the model is used. */
  notes(): readonly Note[];
}

/** What opening a proposer needs to know. */
export interface ProposerNeeds {
  readonly reference: string;
  readonly spec: Pick<Spec, 'folder' | 'server' | 'taskModel'>;
  /** Tokens of an answer at most. */
  readonly maxTokens: number;
}

/** A model that answers requests for better prompts, open. */
export interface OpenProposer {
  readonly reference: string;
  readonly hash: string;
  /** On a server or in the editor: its name, for users, and where its key comes from. Undefined for a model that runs here. */
  readonly remote: { readonly name: string; readonly keyFrom: string | undefined } | undefined;
  /** Tokens of an answer at most, here no more than fit beside a request. */
  readonly maxTokens: number;
  /** Undefined where the model gives no answer to this request. @throws ModelError when it will give none to others either */
  answer(request: string, seed: number, signal?: AbortSignal): Promise<ProposerAnswer>;
  release(): Promise<void>;
}

export interface ProposerAnswer {
  readonly text: string | undefined;
  /** Why there is no answer. */
  readonly problem?: string | undefined;
  /** Of request and answer; counted by the server, or a fourth of their characters. */
  readonly tokens: number;
  readonly counted: boolean;
}
