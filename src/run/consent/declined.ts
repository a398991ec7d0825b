import { CodedError } from '../../wording/wording';

/** The user did not agree to a download, to queries or to a script, or could not be asked. */
export class Declined extends CodedError<'run.declined' | 'run.notInteractive' | 'run.scriptNotAllowed'> {}
