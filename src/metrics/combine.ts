import { word } from '../wording/wording';
import type { Case, Judgment, Verdict, WeighedMetric } from './metric';

/** Scores texts by all metrics. An empty text scores 0 by each, so that silence never wins. */
export async function judge(metrics: readonly WeighedMetric[], cases: readonly Case[], signal?: AbortSignal): Promise<Verdict[]> {
  const said = cases.flatMap(({ output }, i) => (output.trim() === '' ? [] : [i]));
  const weights = metrics.reduce((sum, { weight }) => sum + weight, 0);
  const byMetric: Judgment[][] = [];
  for (const each of metrics) {
    const judgments = cases.map((): Judgment => ({ score: 0, reason: word('metric.empty') }));
    const found = await each.metric.score(
      said.map((i) => cases[i]!),
      signal,
    );
    said.forEach((i, n) => (judgments[i] = weighed(each, found[n]!)));
    byMetric.push(judgments);
  }
  return cases.map((_, i) => {
    const parts = metrics.map(({ name }, m) => ({ name, ...byMetric[m]![i]! }));
    // A metric without weight may fail without harm.
    const score = parts.reduce((sum, { score }, m) => (metrics[m]!.weight > 0 ? sum + score * metrics[m]!.weight : sum), 0) / weights;
    return { score, parts };
  });
}

function weighed({ not, threshold }: WeighedMetric, { score, reason }: Judgment): Judgment {
  const kept = not ? 1 - score : score;
  return { score: threshold !== undefined && kept < threshold ? 0 : kept, reason };
}
