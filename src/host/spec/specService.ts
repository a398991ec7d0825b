import type { EngineService } from '../../engine/service';
import type { DatasetOutline, SuggestedWords } from '../../checks/inspect';
import type { Problem } from '../../spec/problem';

/** Questions about specs and data files, answered by the engine's process. */
export class SpecService {
  private readonly outlines = new Map<string, { stamp: number; outline: Promise<DatasetOutline> }>();

  constructor(private readonly engine: EngineService) {}

  check(text: string, file: string, depth: { data: boolean; models: boolean }): Promise<readonly Problem[]> {
    return this.engine.use((engine) => engine.request('check', { text, file, ...depth }));
  }

  /** What a data file holds; kept while the file's time of change stays. */
  inspect(file: string, stamp: number): Promise<DatasetOutline> {
    const known = this.outlines.get(file);
    if (known?.stamp === stamp) return known.outline;
    const outline = this.engine.use((engine) => engine.request('inspect', file));
    this.outlines.set(file, { stamp, outline });
    outline.catch(() => this.outlines.delete(file));
    return outline;
  }

  suggestWords(labels: readonly string[], model: string): Promise<SuggestedWords> {
    return this.engine.use((engine) => engine.request('suggestWords', { labels, model }));
  }
}
