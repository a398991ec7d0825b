import type { SearchSettings } from '../spec/schema';
import { searchMethods } from '../spec/searches';
import { memorySearch, randomWithMemory, singlePrompt } from './memorySearch';
import { perInputSearch } from './perInputSearch';
import { policySearch } from './policySearch';
import { randomSearch } from './randomSearch';
import { reflectSearch } from './reflect/reflectSearch';
import type { SearchKind } from './search';

/** What a run does, in this order. The last may be the control of those before it, which gets as many queries as they computed. */
export function searchesOf(settings: Pick<SearchSettings, 'method' | 'proposals' | 'perInput'>, control: boolean): readonly SearchKind[] {
  if (settings.perInput) return [perInputSearch, ...(control ? [singlePrompt] : [])];
  const rlprompt = settings.proposals ? memorySearch : policySearch;
  const random = settings.proposals ? randomWithMemory : randomSearch;
  return [...searchMethods(settings).map((method) => (method === 'reflect' ? reflectSearch : rlprompt)), ...(control ? [random] : [])];
}
