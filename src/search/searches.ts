import { policySearch } from './policySearch';
import { randomSearch } from './randomSearch';
import type { SearchKind } from './search';

/** What a run does, in this order: the search, and its controls, which get as many queries as the search computed. */
export const SEARCHES: readonly SearchKind[] = [policySearch, randomSearch];
