import type { SearchSettings } from '../spec/schema';
import { searchMethods } from '../spec/searches';
import { memorySearch, randomWithMemory } from './memorySearch';
import { policySearch } from './policySearch';
import { randomSearch } from './randomSearch';
import { reflectSearch } from './reflect/reflectSearch';
import type { SearchKind } from './search';

/** What a run does, in this order. Random search is the control of those before it and gets as many queries as they computed. */
export function searchesOf(settings: Pick<SearchSettings, 'method' | 'proposals'>, random: boolean): readonly SearchKind[] {
  const rlprompt = settings.proposals ? memorySearch : policySearch;
  const control = settings.proposals ? randomWithMemory : randomSearch;
  return [...searchMethods(settings).map((method) => (method === 'reflect' ? reflectSearch : rlprompt)), ...(random ? [control] : [])];
}
