import { describe, expect, it } from 'vitest';
import { namedCandidates, wordsIn } from '../../../../src/search/labelWords/candidates';
import { wordSets } from '../../../../src/search/labelWords/wordSets';

const words = (label: string, own?: string): string[] => namedCandidates(label, own).map(({ word }) => word);

describe('candidates that need no model', () => {
  it('splits labels into words', () => {
    expect(wordsIn('card_arrival')).toEqual(['card', 'arrival']);
    expect(wordsIn('cardArrival')).toEqual(['card', 'arrival']);
    expect(wordsIn('Sci/Tech')).toEqual(['sci', 'tech']);
    expect(wordsIn('1')).toEqual([]);
  });

  it('puts the own word first, then words in the label, then synonyms', () => {
    const found = namedCandidates('positive', 'positive');
    expect(found[0]).toEqual({ word: 'positive', origin: 'own' });
    expect(found.slice(1).every(({ origin }) => origin === 'synonym')).toBe(true);
    expect(words('positive', 'positive')).toEqual(expect.arrayContaining(['good', 'great']));
    expect(namedCandidates('card_arrival', undefined).slice(0, 2)).toEqual([
      { word: 'card', origin: 'part' },
      { word: 'arrival', origin: 'part' },
    ]);
  });

  it('knows abbreviations and senses of whole labels', () => {
    expect(words('neg')).toContain('bad');
    expect(words('ENTY')).toContain('thing');
    expect(words('very negative')).toContain('terrible');
    expect(words('bug')).toEqual(expect.arrayContaining(['error', 'problem']));
    expect(words('bug')).not.toContain('but');
    // The sense of a word that the user gave helps a label that says nothing.
    expect(words('1', 'great')).toEqual(expect.arrayContaining(['great', 'good']));
  });

  it('never gives a class the word that its label denies', () => {
    expect(words('not spam')).not.toContain('spam');
    expect(words('not spam')).toContain('fine');
    expect(words('not toxic')).not.toContain('toxic');
  });
});

describe('sets of words for a server', () => {
  it('begin with the own words and hold a word of its own for each class', () => {
    const sets = wordSets(['negative', 'neutral', 'positive'], ['negative', 'neutral', 'positive']);
    expect(sets[0]).toEqual(['negative', 'neutral', 'positive']);
    expect(sets.length).toBeGreaterThan(3);
    expect(sets.length).toBeLessThanOrEqual(8);
    for (const set of sets) expect(new Set(set.map((word) => word.toLowerCase())).size).toBe(3);
    expect(new Set(sets.map(String)).size).toBe(sets.length);
  });

  it('are none for labels that name nothing', () => {
    expect(wordSets(['0', '1'], undefined)).toEqual([]);
  });
});
