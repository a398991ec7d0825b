import { noteText } from '../../../src/wording/note';
import type { RunFrontEnd } from '../../../src/run/frontEnd';

/** A front end that agrees to everything and keeps what it is told. */
export interface FakeFrontEnd extends RunFrontEnd {
  readonly told: string[];
  readonly passing: string[];
}

export function fakeFrontEnd(change: Partial<RunFrontEnd> = {}): FakeFrontEnd {
  const told: string[] = [];
  const passing: string[] = [];
  return {
    told,
    passing,
    signal: new AbortController().signal,
    notes: (notes) => void told.push(...notes.map(noteText)),
    status: (text, passes = false) => void (passes ? passing : told).push(text),
    consent: () => Promise.resolve(true),
    allowScript: () => Promise.resolve(true),
    opened: () => undefined,
    events: () => undefined,
    ...change,
  };
}
