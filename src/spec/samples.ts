/** Texts for each prompt and row where something is drawn: one says all where nothing is. */
const SAMPLES = 2;

/** Texts that a spec generates for each prompt and row. */
export function samplesOf({ temperature, samples }: { readonly temperature?: number; readonly samples?: number | undefined } = {}): number {
  return temperature === 0 ? 1 : (samples ?? SAMPLES);
}
