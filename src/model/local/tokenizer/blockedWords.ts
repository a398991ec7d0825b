/** Slurs, which prompts never contain. Prompts end up in users' code. */
export const BLOCKED_WORDS: ReadonlySet<string> = new Set([
  'nigger', 'niggers', 'nigga', 'nig', 'faggot', 'faggots', 'fag', 'fags', 'kike', 'kikes', 'spic', 'spics', 'chink', 'chinks',
  'gook', 'gooks', 'wetback', 'tranny', 'trannies', 'retard', 'retards', 'retarded', 'cunt', 'cunts', 'dyke', 'dykes', 'coon', 'coons',
  'jap', 'japs', 'negro', 'negroes', 'whore', 'whores', 'slut', 'sluts', 'bitch', 'bitches', 'paki', 'gypsy', 'rape', 'raped', 'rapist',
]); // prettier-ignore
