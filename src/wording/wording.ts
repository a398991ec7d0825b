import { dataWording } from './data';
import { hubWording } from './hub';
import { methodWording } from './method';
import { modelWording } from './model';
import { runWording } from './run';
import { searchWording } from './search';
import { serverWording } from './server';
import { specWording } from './spec';

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
  ...searchWording,
  ...runWording,
};

type Wording = typeof WORDING;
export type Code = keyof Wording;
/** The arguments of a message, as a tuple: one object, or nothing. */
export type Args<C extends Code> = Parameters<Wording[C]>;

/** The text of a message. */
export function word<C extends Code>(code: C, ...args: Args<C>): string {
  return (WORDING[code] as (...args: Args<C>) => string)(...args);
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
}
