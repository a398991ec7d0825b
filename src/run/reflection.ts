import type { GivenRows, Reflection } from '../search/search';
import type { TrainRow } from '../search/reflect/task';
import type { SplitName } from '../data/dataset';
import type { Spec } from '../spec/spec';
import type { StartingPrompt } from '../spec/startingPrompts';
import { word } from '../wording/wording';
import type { Experiment } from './open/experiment';
import type { StoredProposals } from './store/proposals';

/** The prompts that a search by reflection starts from: the user's, or a plain one where a classification has none. */
function reflectionStart({ kind, prompt, compare }: Spec, words: readonly string[]): StartingPrompt[] {
  const own = [...new Set([...(prompt.start === undefined ? [] : [prompt.start]), ...compare])];
  if (own.length > 0 || kind === 'generation') return own.map((text) => ({ text, origin: 'manual' }));
  return [{ text: word('search.plainInstruction', { words: words.map((each) => each.trim()) }), origin: 'start' }];
}

/** What a search by reflection sees of an experiment: rows that steer it, and no test rows. */
export function reflectionOf(
  experiment: Experiment,
  proposals: StoredProposals,
  given: readonly GivenRows[],
  report: Reflection['report'],
): Reflection {
  const { spec, dataset, verbalizer, proposing } = experiment;
  const words = verbalizer.words.map((each) => each.trim());
  const rows = (split: SplitName): TrainRow[] => {
    const { texts, labels, references } = dataset.splits[split];
    return texts.map((input, i) => ({ input, expected: references ? references[i]!.join(' | ') : words[labels[i]!]! }));
  };
  return {
    train: rows('train'),
    validation: rows('validation'),
    describe: experiment.texts
      ? describeTexts(experiment)
      : (_, shown, values) => Promise.resolve(values.map((each, i) => answerOf(each, words, dataset.splits.train.labels[shown[i]!]!))),
    propose: (id, request, signal) => proposals.propose(id, request, signal),
    calls: proposing!.calls,
    encode: (text) => experiment.encodePrompt(text),
    start: reflectionStart(spec, words),
    frozen: spec.prompt.frozen ?? [],
    maxTokens: proposing!.maxTokens,
    given,
    report,
  };
}

/** The label word that the model chose, and how sure it was where it says so. */
function answerOf(logits: Float32Array, words: readonly string[], label: number): { got: string; reason?: string } {
  const top = logits.indexOf(Math.max(...logits));
  if (top < 0 || !(logits[top]! > -Infinity) || logits.every((x) => x === logits[0])) return { got: word('search.noneOfTheWords') };
  const sum = logits.reduce((total, x) => total + Math.exp(x - logits[top]!), 0);
  const share = (c: number): number => Math.exp(logits[c]! - logits[top]!) / sum;
  const isCertain = logits.every((x, c) => c === top || x === -Infinity);
  return {
    got: words[top]!,
    ...(!isCertain && {
      reason: word('search.confidence', { got: words[top]!, share: share(top), expected: words[label]!, expectedShare: share(label) }),
    }),
  };
}

/** The first of the generated texts, and why the metrics gave it less than everything. */
function describeTexts({ texts, scorer }: Experiment): Reflection['describe'] {
  const { set } = scorer('train').rows;
  return async (ids, rows, _values, signal) => {
    const written = await texts!.texts(ids, set as Parameters<NonNullable<typeof texts>['texts']>[1], rows, signal);
    return written.map(([first]) => {
      const reasons = (first?.parts ?? []).filter(({ score }) => score < 1).map(({ name, reason }) => `${name}: ${reason}`);
      return { got: first?.output ?? '', ...(reasons.length > 0 && { reason: reasons.join('; ') }) };
    });
  };
}
