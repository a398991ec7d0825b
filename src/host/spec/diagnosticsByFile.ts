/** The diagnostics of several specs by the file they are in: one data file keeps those of every spec that names it. */
export class DiagnosticsByFile<D> {
  private readonly bySpec = new Map<string, ReadonlyMap<string, readonly D[]>>();

  constructor(private readonly show: (file: string, diagnostics: readonly D[]) => void) {}

  /** Replaces the diagnostics of one spec, in all files. */
  set(spec: string, byFile: ReadonlyMap<string, readonly D[]>): void {
    const before = this.bySpec.get(spec);
    if (byFile.size > 0) this.bySpec.set(spec, byFile);
    else this.bySpec.delete(spec);
    for (const file of new Set([...(before?.keys() ?? []), ...byFile.keys()]))
      this.show(
        file,
        [...this.bySpec.values()].flatMap((files) => files.get(file) ?? []),
      );
  }
}
