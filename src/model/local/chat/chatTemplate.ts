import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import type { Message } from '../../../spec/template';
import { ModelError } from '../../modelError';
import { readJson } from '../tokenizer/tokenizer';
import { strftime } from './strftime';

type Json = Readonly<Record<string, unknown>>;

/** As the library's own, which cannot be given another clock. */
const GLOBALS = {
  ...{ true: true, True: true, false: false, False: false, none: null, None: null },
  raise_exception: (message: unknown) => {
    throw new Error(String(message));
  },
  range: (start: number, stop?: number, step = 1): number[] => {
    const [from, to] = stop === undefined ? [0, start] : [start, stop];
    return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);
  },
};

/** What a model folder says about chats, unread: it matters only to a template that is a chat. */
export interface ChatFiles {
  /** `chat_template.jinja`. */
  readonly file: string | undefined;
  /** `chat_template` of `tokenizer_config.json`: a text, or a list of templates with names. */
  readonly field: unknown;
  /** The tokenizer's special tokens by their names, such as `bos_token`. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** @throws ModelError */
export async function readChatFiles(folder: string): Promise<ChatFiles> {
  const config = ((await readJson(folder, 'tokenizer_config.json')) ?? {}) as Json;
  const map = ((await readJson(folder, 'special_tokens_map.json')) ?? {}) as Json;
  return {
    file: await readText(join(folder, 'chat_template.jinja')),
    field: config.chat_template,
    tokens: { ...specialTokens(map), ...specialTokens(config) },
  };
}

/** A model's own chat template (Jinja): the text that a chat becomes, as Python's `apply_chat_template` makes it. */
export class ChatTemplate {
  private readonly program: ReturnType<typeof parse>;

  /**
   * @param now for templates that print the date
   * @throws ModelError for a template that cannot be parsed
   */
  private constructor(
    readonly source: string,
    private readonly tokens: ChatFiles['tokens'],
    private readonly now: Date,
  ) {
    try {
      // The settings of Python's environment.
      this.program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
    } catch (error) {
      throw new ModelError('model.chatTemplateUnusable', { reason: (error as Error).message });
    }
  }

  /** Undefined for a model without one. @throws ModelError */
  static of({ file, field, tokens }: ChatFiles, now: Date): ChatTemplate | undefined {
    const source = file ?? named(field);
    return source === undefined ? undefined : new ChatTemplate(source, tokens, now);
  }

  /**
   * The messages as text.
   * @param open whether the text ends where the assistant's answer begins
   * @throws ModelError where the template refuses the messages
   */
  render(messages: readonly Message[], open = true): string {
    try {
      const environment = new Environment();
      const variables = { ...GLOBALS, ...this.tokens, messages, tools: null, documents: null, add_generation_prompt: open };
      for (const [name, value] of Object.entries(variables)) environment.set(name, value);
      environment.set('strftime_now', (format: string) => strftime(this.now, format));
      return (new Interpreter(environment).run(this.program) as { value: string }).value;
    } catch (error) {
      throw new ModelError('model.chatRefused', { reason: (error as Error).message });
    }
  }
}

/** A list has the template "default" for chats without tools. @throws ModelError */
function named(field: unknown): string | undefined {
  if (typeof field === 'string') return field;
  if (!Array.isArray(field)) return undefined;
  const templates = new Map((field as Json[]).map(({ name, template }) => [name, template]));
  const chosen = templates.get('default');
  if (typeof chosen === 'string') return chosen;
  throw new ModelError('model.chatTemplateNames', { names: [...templates.keys()].map(String) });
}

function specialTokens(config: Json): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(config)) {
    const token = typeof value === 'object' && value !== null ? (value as Json).content : value;
    if (name.endsWith('_token') && typeof token === 'string') found[name] = token;
  }
  return found;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ModelError('model.unreadable', { file, reason: (error as Error).message });
  }
}
