import type { ParsedSpec } from './schema';
import { givenPrompts } from './searches';

/**
 * Prompts that people write for a classification, of the kinds opinion, topic, question and ticket in turn: with a small budget
 * only the first are scored. At most 40; `docs/task-spec.md` lists them.
 */
export const STARTING_PROMPTS: readonly string[] = [
  'It was',
  'Answer:',
  'Overall,',
  'Topic:',
  'In short,',
  'This is',
  'All in all, it was',
  'Category:',
  'In summary, it is',
  'The answer is',
  'I think it is',
  'This is about',
  'In one word:',
  'The topic is',
  'My verdict:',
  'Type:',
  'It is',
  'Label:',
  'In the end, it was',
  'Subject:',
  'The whole thing was',
  'Tags:',
  'So I would call it',
  'The category is',
  'To sum up,',
  'Section:',
  'What a',
  'The question is about',
  'Rating:',
  'Request type:',
  'I found it',
  'This belongs under',
  'Sentiment:',
  'The customer is',
  'The text is',
  'Priority:',
  'Honestly, it was',
  'Filed under',
  'Conclusion:',
  'Best described as',
];

/** A prompt that is there before the search, and whose it is. */
export interface StartingPrompt {
  readonly text: string;
  readonly origin: 'manual' | 'start';
}

/** The prompts that a search with a warm start begins with: the user's, then, of a classification, ordinary ones. */
export function startingPrompts(spec: Pick<ParsedSpec, 'kind' | 'compare' | 'prompt'>): StartingPrompt[] {
  const given = givenPrompts(spec);
  const ordinary = spec.kind === 'classification' ? STARTING_PROMPTS : [];
  return [
    ...given.map((text) => ({ text, origin: 'manual' as const })),
    ...ordinary.filter((text) => !given.includes(text)).map((text) => ({ text, origin: 'start' as const })),
  ];
}
