import { CodedError, type Code } from '../wording/wording';

/** A language model that cannot be loaded or used as asked; the message says what to do. */
export class ModelError<C extends Code = Code> extends CodedError<C> {}
