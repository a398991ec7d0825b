import { CodedError } from '../wording/wording';

/** The user did not agree to a download or to queries, or could not be asked. */
export class Declined extends CodedError<'run.declined' | 'run.notInteractive'> {}
