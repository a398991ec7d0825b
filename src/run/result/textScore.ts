import type { Split } from '../../data/dataset';
import type { PromptScore } from '../../method/scorer';
import type { ScoredText, ScoredTexts } from '../../metrics/scoredTexts';
import type { PromptIds, RowSet } from '../../model/taskModel';
import { mean, meanInterval } from '../report/statistics';
import type { TestScore, TextExample } from './result';
import { keptText, type PromptTexts } from '../store/texts';

/** Texts to look at in the result; the run keeps all of them in a file of their own. */
const EXAMPLES = 8;
const LENGTH = 600;

/** Held-out scores of a prompt's texts over the rows that have one, with the texts. */
export async function textScore(
  score: PromptScore,
  model: Pick<ScoredTexts, 'metrics' | 'texts'>,
  ids: PromptIds,
  set: RowSet,
  { texts, references }: Pick<Split, 'texts' | 'references'>,
  signal?: AbortSignal,
): Promise<{ test: TestScore; texts: PromptTexts }> {
  const failed = new Set(score.failed);
  const rows = texts.flatMap((_, row) => (failed.has(row) ? [] : [row]));
  const scores = rows.map((row) => score.scores![row]!);
  const written = await model.texts(ids, set as ReturnType<ScoredTexts['rows']>, rows, signal);
  const names = model.metrics.map(({ name }) => name);
  const all = written.flat();
  const test = {
    accuracy: score.accuracy,
    interval: meanInterval(scores, [0, 1]),
    n: rows.length,
    gap: score.gap,
    metrics: names.map((name, m) => ({ name, score: mean(all.map(({ parts }) => parts[m]!.score)) })),
    texts: shown(rows.map((row, i) => example(written[i]![0]!, texts[row]!, references?.[row] ?? []))),
  };
  return { test, texts: { tokens: ids, rows: rows.map((row, i) => [row, written[i]!.map(keptText)]) } };
}

function example({ output = '', score, parts }: ScoredText, input: string, references: readonly string[]): TextExample {
  return {
    input: cut(input),
    references: references.map(cut),
    output: cut(output),
    score,
    parts: parts.map((part) => ({ ...part, reason: cut(part.reason) })),
  };
}

/** Some of the first texts of all rows, spread from the worst to the best. */
function shown(examples: readonly TextExample[]): TextExample[] {
  const sorted = [...examples].sort((a, b) => a.score - b.score);
  const count = Math.min(EXAMPLES, sorted.length);
  return Array.from({ length: count }, (_, i) => sorted[Math.floor((i * sorted.length) / count)]!);
}

function cut(text: string): string {
  return text.length > LENGTH ? `${text.slice(0, LENGTH - 1)}…` : text;
}
