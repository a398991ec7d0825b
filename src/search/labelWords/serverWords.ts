import type { Access, OpenTask, TaskNeeds } from '../../model/door';
import { openTextTask } from '../../model/server/textTask';
import { ServerError } from '../../model/server/serverError';
import { TaskError } from '../../spec/problem';
import { withLabels, type Spec } from '../../spec/spec';
import { textLabels } from '../../spec/verbalizer';
import { worded } from '../../wording/wording';
import type { LabelWordChoice, Pool } from './choice';
import type { Watch } from './localWords';
import { raceWords, type Contestant } from './wordRace';
import { wordSets } from './wordSets';

/** Texts that the way of scoring is tried on, for each set of words. */
const TRIED = 2;

/**
 * Finds label words for a model that takes text, by a race of sets of words.
 * @param queries at most so many texts are scored
 * @param agree called with the first model that opens, before the race
 * @throws TaskError, ModelError
 */
export async function findServerWords(
  needs: Omit<TaskNeeds, 'samples' | 'mostQueries'>,
  pool: Pool,
  queries: number,
  access: Access,
  agree: (task: OpenTask) => Promise<void>,
  opened?: Watch['opened'],
): Promise<LabelWordChoice> {
  const { spec, classes } = needs;
  const own = ownWords(spec, classes);
  const contestants: Contestant[] = [];
  const open: OpenTask[] = [];
  let refused: TaskError | ServerError | undefined;
  try {
    for (const words of wordSets(classes, own)) {
      access.signal?.throwIfAborted();
      const labels = Object.fromEntries(classes.map((label, c) => [label, words[c]!]));
      const set = { ...needs, spec: withLabels(spec, labels), samples: pool.texts.slice(0, TRIED), mostQueries: queries + TRIED };
      try {
        const task = await openTextTask(set, access);
        if (open.push(task) === 1) await agree(task);
        opened?.(task.model);
        const rows = task.model.rows(pool.texts);
        contestants.push({
          words,
          own: words.join('\n') === own?.join('\n'),
          score: (some) => task.model.score([[]], rows, some, access.signal),
        });
      } catch (error) {
        // A server that cannot tell these words apart may know others.
        if (!(error instanceof TaskError) && !(error instanceof ServerError && ['request', 'model'].includes(error.failure))) throw error;
        refused = error;
      }
    }
    if (contestants.length === 0) throw refused ?? new TaskError(spec.problemAt(['labels'], worded('search.noLabelWords', { classes })));
    const choice = await raceWords(contestants, pool, queries - TRIED * contestants.length);
    return { ...choice, queries: choice.queries + TRIED * contestants.length };
  } finally {
    await Promise.all(open.map(({ model }) => model.release()));
  }
}

/** The words that the classes have now, as far as a model can be told them. */
function ownWords(spec: Spec, classes: readonly string[]): string[] | undefined {
  try {
    return textLabels(spec, classes);
  } catch (error) {
    if (error instanceof TaskError) return undefined;
    throw error;
  }
}
