/** What writes code: a bundle of its own, loaded when the user first inserts something or types the completion's word. */
export { hasClassifier, promptClassifier } from './classifier';
export { promptFunction } from './functions';
export { InsertionError } from './insertionError';
export { languageAt, languageOf } from './languages';
export { promptString } from './literal';
export { policyCode } from './policyCode';
export { openString } from './openString';
export { endsOfInsertions, placed } from './placement';
export { QUOTING } from './quoting';
export { replaced } from './replacement';
