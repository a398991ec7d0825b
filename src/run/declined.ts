/** A person said no to what was about to be sent, or nobody could be asked. */
export class Declined extends Error {}
