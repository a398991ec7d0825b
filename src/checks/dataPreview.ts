import { describeClasses, loadDataset, type Dataset } from '../data/dataset';
import { cutNotes } from '../model/door';
import { bundledTokens } from '../model/local/bundledTokens';
import { layOutTemplate } from '../model/local/localTask';
import { TaskError } from '../spec/problem';
import { parseSpec, type Spec } from '../spec/spec';
import { isLarge } from './check';
import { noteText } from '../wording/note';

/**
 * What the data of a spec holds, line by line, as a run says when it starts; for a bundled model also how many texts it will
 * cut. Empty where the data is too large to be read while the user waits.
 * @param atMost what a run of the spec will ask at most, line by line
 * @throws TaskError
 */
export async function dataPreview(
  text: string,
  file: string,
  atMost: (spec: Spec, dataset: Dataset) => string[] = () => [],
): Promise<string[]> {
  const spec = parseSpec(text, file);
  if (await isLarge(spec)) return [];
  const dataset = await loadDataset(spec);
  const lines = [describeClasses(spec, dataset), ...dataset.notes.map(noteText), ...atMost(spec, dataset)];
  if (!spec.taskModel.startsWith('bundled:')) return lines;
  const tokens = await bundledTokens(spec.taskModel);
  try {
    const { layout } = layOutTemplate(spec, tokens, false);
    const cuts = Object.entries(dataset.splits).flatMap(([name, { texts }]) => {
      const cut = texts.filter((input) => layout.text(input).cut > 0).length;
      return cutNotes(name, { texts, cut }, tokens.context);
    });
    return [...lines, ...cuts.map(noteText)];
  } catch (error) {
    // The check shows what is wrong with template and words.
    if (error instanceof TaskError) return lines;
    throw error;
  }
}
