import type { EngineService } from '../../engine/service';
import type { DatasetOutline } from '../../checks/inspect';
import type { Problem } from '../../spec/problem';

/** Questions about specs and data files, answered by the engine's process. */
export class SpecService {
  private readonly outlines = new Map<string, { stamp: number; outline: Promise<DatasetOutline> }>();

  constructor(private readonly engine: EngineService) {}

  check(text: string, file: string, depth: { data: boolean; models: boolean }): Promise<readonly Problem[]> {
    return this.engine.ask({ type: 'check', text, file, ...depth }) as Promise<readonly Problem[]>;
  }

  /** What a data file holds; kept while the file's time of change stays. */
  inspect(file: string, stamp: number): Promise<DatasetOutline> {
    const known = this.outlines.get(file);
    if (known?.stamp === stamp) return known.outline;
    const outline = this.engine.ask({ type: 'inspect', file }) as Promise<DatasetOutline>;
    this.outlines.set(file, { stamp, outline });
    outline.catch(() => this.outlines.delete(file));
    return outline;
  }

  suggestWords(labels: readonly string[], model: string): Promise<Record<string, { word?: string; close: string[] }>> {
    return this.engine.ask({ type: 'suggestWords', labels, model }) as Promise<Record<string, { word?: string; close: string[] }>>;
  }
}
