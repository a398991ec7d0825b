import type { SearchSettings } from '../spec/schema';
import { memorySearch, randomWithMemory } from './memorySearch';
import { policySearch } from './policySearch';
import { randomSearch } from './randomSearch';
import type { SearchKind } from './search';

/** What a run does, in this order: the search, and its controls, which get as many queries as the search computed. */
export function searchesOf({ proposals }: Pick<SearchSettings, 'proposals'>): readonly SearchKind[] {
  return proposals ? [memorySearch, randomWithMemory] : [policySearch, randomSearch];
}
