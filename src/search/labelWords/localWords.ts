import type { ModelFolder } from '../../model/local/modelFolder';
import type { Compute } from '../../model/local/session';
import type { TaskModel } from '../../model/taskModel';
import { WordScores as Words } from '../../model/local/wordScores';
import type { Spec } from '../../spec/spec';
import { namedCandidates, type WordOrigin } from './candidates';
import type { LabelWordChoice, Pool } from './choice';
import type { Option, WordScores } from './choose';
import { fragmentsAmong } from './fragments';
import { givenWords } from './given';
import { Neighbors } from './neighbors';
import { accuracyOf, chooserOf, choosingRows, proposeWords } from './propose';

/**
 * What a word must be ahead by, in mean bounded gap on 64 rows, by its origin; on n rows √(64/n) times that. Of the values
 * tried, those with the best accuracy on rows of other splits (SST-2, AG News and SST-5, 16-shot; no test rows).
 */
const COSTS: Readonly<Record<WordOrigin, number>> = { own: 0, part: 0.01, synonym: 0.01, near: 0.15, given: 0.3 };
const COST_ROWS = 64;
const NEAR = 12;

/** How a caller follows the search for label words, and stops it. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  /** Called with each task model that is opened; its `answered` grows. */
  readonly opened?: ((model: Pick<TaskModel, 'answered'>) => void) | undefined;
  /** Called with the queries that it takes, once that is known. */
  readonly planned?: ((queries: number) => void) | undefined;
}

/**
 * Finds label words for a local model by one pass over the pool's rows for each prompt.
 * @param prompts no prompt, and others that words shall suit as well where the labels name none: those are chosen among thousands, and
 * would suit the empty prompt above all
 * @param policy a causal model, which tells words from fragments
 * @throws TaskError, ModelError
 */
export async function findLocalWords(
  spec: Spec,
  classes: readonly string[],
  pool: Pool,
  prompts: readonly string[],
  folder: ModelFolder,
  policy: ModelFolder,
  compute: Compute,
  { signal, opened, planned }: Watch = {},
): Promise<LabelWordChoice> {
  const words = Words.of(spec, folder, policy.tokenizer);
  const own = ownWords(spec, classes, words);
  const named = classes.map((label, c) =>
    namedCandidates(label, own.words[c])
      .map(({ word, origin }) => ({ word, origin, id: words.token(word, origin === 'own') }))
      .filter((one): one is Found => one.id !== undefined),
  );
  // Vocabularies have words of the same spelling with and without a capital; both are candidates.
  const cased = named.map((found) => [
    ...found,
    ...found
      .filter(({ origin }) => origin === 'own')
      .flatMap(({ word }) => [word.toLowerCase(), word.charAt(0).toUpperCase() + word.slice(1)])
      .flatMap((word) => ({ word, origin: 'part' as const, id: words.token(word) }))
      .filter((one): one is Found & { origin: 'part' } => one.id !== undefined),
  ]);
  const texts = words.texts;
  for (const { word, id } of cased.flat()) if (!texts.has(id)) texts.set(id, word);
  const ids = [...texts.keys()];
  const column = new Map(ids.map((id, i) => [id, i]));
  const hasNames = cased.every((found) => found.length > 0);
  const asked = hasNames ? prompts.slice(0, 1) : prompts;
  const queries = asked.length * pool.labels.length;
  planned?.(queries);
  const { first, mean } = await words.logits(pool.texts, asked, ids, compute, { signal, opened });
  const scores: WordScores = { labels: pool.labels, logits: mean, columns: ids.length };
  const withoutPrompt: WordScores = { ...scores, logits: first };

  const neighbors = await Neighbors.open(folder, ids, compute);
  signal?.throwIfAborted();
  const near = cased.map((found) =>
    found.filter(({ origin }) => origin === 'own' || origin === 'part').flatMap(({ id }) => neighbors?.of(id, NEAR) ?? []),
  );
  const cost = (origin: WordOrigin): number => COSTS[origin] * Math.sqrt(COST_ROWS / pool.labels.length);
  const option = (id: number, origin: WordOrigin): Option => ({ column: column.get(id)!, cost: cost(origin) });
  const namedOptions = cased.map((found) => cheapest(found.map(({ id, origin }) => option(id, origin))));
  // The same rows choose for several choosers.
  const given = new Map<string, number[][]>();
  const givenBy = (rows: readonly number[]): number[][] => {
    const key = rows.join();
    const found = given.get(key) ?? givenWords(scores, classes.length, rows).map((columns) => columns.map((at) => ids[at]!));
    given.set(key, found);
    return found;
  };
  const all = pool.labels.map((_, row) => row);
  const offered = new Set([...near, ...[all, ...choosingRows(pool.labels)].flatMap(givenBy)].flat());
  const fragments = await fragmentsAmong(
    [...offered].map((id) => texts.get(id)!),
    policy,
    compute,
    signal,
  );
  const whole = (id: number): boolean => !fragments.has(texts.get(id)!);
  const allOptions = (rows: readonly number[]): Option[][] => {
    const own = givenBy(rows);
    return classes.map((_, c) => {
      // What names another class is no word for this one.
      const taken = new Set(namedOptions.flatMap((other, j) => (j === c ? [] : other.map((one) => one.column))));
      const found = [...near[c]!.filter(whole).map((id) => option(id, 'near')), ...own[c]!.filter(whole).map((id) => option(id, 'given'))];
      return cheapest([...namedOptions[c]!, ...found.filter((one) => !taken.has(one.column))]);
    });
  };
  const choosers = [
    // Labels such as 0 and 1 name no words.
    ...(hasNames ? [chooserOf(scores, () => namedOptions)] : []),
    chooserOf(scores, allOptions),
  ];
  const ownColumns = own.ids?.map((id) => column.get(id)!);
  const { columns, crossValidated } = proposeWords(scores, choosers, ownColumns, withoutPrompt);
  return {
    chosen: {
      words: ownColumns?.join() === columns.join() ? own.words.map((word) => word!) : columns.map((at) => texts.get(ids[at]!)!),
      accuracy: accuracyOf(withoutPrompt, columns),
      crossValidated,
    },
    own: ownColumns ? { words: own.words.map((word) => word!), accuracy: accuracyOf(withoutPrompt, ownColumns) } : null,
    candidates: allOptions(all).map((options) => options.length),
    rows: pool.labels.length,
    queries,
  };
}

/** Each column once, at its lowest cost, cheapest first. */
function cheapest(options: readonly Option[]): Option[] {
  const sorted = [...options].sort((a, b) => a.cost - b.cost);
  const seen = new Set<number>();
  return sorted.filter((one) => !seen.has(one.column) && seen.add(one.column));
}

interface Found {
  readonly word: string;
  readonly origin: WordOrigin;
  readonly id: number;
}

/**
 * The words that the classes have now: those of the spec, else the labels themselves, in lower case where only that is a token.
 * @returns `ids` if every class has a token of its own
 */
function ownWords(
  { labels }: Spec,
  classes: readonly string[],
  words: Words,
): { words: (string | undefined)[]; ids: number[] | undefined } {
  const given = classes.map((label) => (labels?.[label] ?? label).trim());
  const lower = given.map((word) => word.toLowerCase());
  const sayable = (word: string): boolean => labels !== undefined || /\p{L}/u.test(word);
  const sets = [
    { spelled: given, first: false },
    { spelled: lower, first: false },
    { spelled: given, first: true },
  ];
  for (const { spelled, first } of sets) {
    const ids = spelled.map((word) => (sayable(word) ? words.token(word, first) : undefined));
    if (ids.every((id) => id !== undefined) && new Set(ids).size === ids.length) return { words: spelled, ids: ids };
  }
  // Some classes may still have a word.
  return { words: given.map((word, c) => [word, lower[c]!].find((one) => sayable(one) && words.token(one) !== undefined)), ids: undefined };
}
