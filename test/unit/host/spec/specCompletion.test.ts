import { describe, expect, it, vi } from 'vitest';
import { SpecCompletion } from '../../../../src/host/spec/specCompletion';
import type { SpecService } from '../../../../src/host/spec/specService';

vi.mock('vscode', () => ({
  CompletionItem: class {
    constructor(readonly label: string) {}
  },
  CompletionItemKind: { Value: 11 },
  Range: class {
    constructor(
      readonly start: number,
      readonly end: number,
    ) {}
  },
}));

/** Completions at the bar in a spec; positions are offsets. */
async function completed(marked: string): Promise<{ label: string; range: { start: number; end: number } }[]> {
  const at = marked.indexOf('|');
  const text = marked.replace('|', '');
  const document = { getText: () => text, offsetAt: (offset: number) => offset, positionAt: (offset: number) => offset };
  const items = await new SpecCompletion({
    inspect: () => Promise.reject(new Error('no data')),
  } as unknown as SpecService).provideCompletionItems(document as never, at as never);
  return items as never;
}

describe('completion of models', () => {
  it.each([
    ['taskModel', ['bundled:causal', 'bundled:masked', 'folder:', 'hf:', 'openai:', 'vscode-lm:']],
    ['proposer', ['bundled:causal', 'folder:', 'hf:', 'openai:', 'vscode-lm:']],
    ['policyModel', ['bundled:causal', 'folder:', 'hf:']],
  ])('offers for %s every kind of model that suits it, in place of what is there', async (field, expected) => {
    const spec = `{ "${field}": "op|en" }`;
    const items = await completed(spec);
    expect(items.map(({ label }) => JSON.parse(label) as string)).toEqual(expected);
    const start = spec.indexOf('"op');
    expect(items.map(({ range }) => [range.start, range.end])).toEqual(expected.map(() => [start, start + '"open"'.length]));
  });
});
