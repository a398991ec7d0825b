import { consentWording } from './consent';
import { dataWording } from './data';
import { engineWording } from './engine';
import { filesWording } from './files';
import { hubWording } from './hub';
import { methodWording } from './method';
import { metricsWording } from './metrics';
import { modelWording } from './model';
import { namesWording } from './names';
import { progressWording } from './progress';
import { reportWording } from './report';
import { runWording } from './run';
import { searchWording } from './search';
import { serverWording } from './server';
import { specWording } from './spec';
import { verdictWording } from './verdict';

/**
 * Every message of the engine, by its code. Errors, problems and notes carry a code and arguments; this table turns them
 * into text, so that all messages can be proofread and translated in one place.
 */
const WORDING = {
  ...specWording,
  ...dataWording,
  ...modelWording,
  ...serverWording,
  ...hubWording,
  ...methodWording,
  ...metricsWording,
  ...searchWording,
  ...runWording,
  ...consentWording,
  ...progressWording,
  ...reportWording,
  ...namesWording,
  ...engineWording,
  ...filesWording,
  ...verdictWording,
};

type Wording = typeof WORDING;
export type Code = keyof Wording;
/** The arguments of a message, as a tuple: one object, or nothing. */
export type Args<C extends Code> = Parameters<Wording[C]>;

/** A message about a user's file: what is wrong and, where it helps, what was found and what would be right. */
export interface Text {
  readonly message: string;
  readonly found?: string | undefined;
  readonly expected?: string | undefined;
}

/** A message with its code and arguments. */
export interface Worded<C extends Code = Code> extends Text {
  readonly code: C;
  readonly args: Args<C>;
}

export function worded<C extends Code>(code: C, ...args: Args<C>): Worded<C> {
  const text = (WORDING[code] as (...args: Args<C>) => string | Text)(...args);
  return { code, args, ...(typeof text === 'string' ? { message: text } : text) };
}

/** The text of a message. */
export function word<C extends Code>(code: C, ...args: Args<C>): string {
  return worded(code, ...args).message;
}

/** An error for users: a code and its arguments, worded when it is made. */
export class CodedError<C extends Code = Code> extends Error {
  readonly args: Args<C>;

  constructor(
    readonly code: C,
    ...args: Args<C>
  ) {
    super(word(code, ...args));
    this.name = new.target.name;
    this.args = args;
  }

  get worded(): Worded<C> {
    return { code: this.code, args: this.args, message: this.message };
  }
}
