import { modelOf, type MetricEntry } from '../../spec/generation';
import { isTextModel } from '../../spec/scheme';

/** Texts that judges on servers may be asked about, by all metrics of a run together. */
export class JudgeCalls {
  private asked = 0;

  constructor(readonly most: number) {}

  /** Counts one call, if there is one left. */
  take(): boolean {
    if (this.asked >= this.most) return false;
    this.asked++;
    return true;
  }
}

/** Whether a metric sends each generated text to a judge. A classifier on a server is bounded by the texts themselves. */
export function isJudge(entry: Pick<MetricEntry, 'type' | 'value'>): boolean {
  return /^(not-)?(llm-rubric|similar)$/.test(entry.type) && isTextModel(modelOf(entry) ?? '');
}
