import type { EngineService } from '../../engine/service';
import type { DatasetOutline, SuggestedWords } from '../../checks/inspect';
import type { Problem } from '../../spec/problem';

export interface Look {
  readonly error: Problem | undefined;
  /** Line by line. */
  readonly data: readonly string[];
}

/** Answers about specs and data files, from the engine's process. */
export class SpecService {
  private readonly outlines = new Map<string, { stamp: number; outline: Promise<DatasetOutline> }>();

  constructor(private readonly engine: EngineService) {}

  check(text: string, file: string, depth: { data: boolean; models: boolean }): Promise<readonly Problem[]> {
    return this.engine.use((engine) => engine.request('check', { text, file, ...depth }));
  }

  /** What the data of a spec holds, line by line. */
  preview(text: string, file: string): Promise<readonly string[]> {
    return this.engine.use((engine) => engine.request('preview', { text, file }));
  }

  /** The first error of a spec, or what its data holds. */
  async look(text: string, file: string): Promise<Look> {
    const problems = await this.check(text, file, { data: true, models: true });
    const error = problems.find(({ severity }) => severity === 'error');
    return { error, data: error ? [] : await this.preview(text, file) };
  }

  /** The outline of a data file, kept until the file changes. */
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
