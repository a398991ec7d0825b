import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { candidate, candidates } from '../../../src/run/view/candidates';
import { RunFolder } from '../../../src/run/store/storage';
import type { CandidateRecord, GateRow } from '../../../src/search/reflect/record';

let folder: RunFolder;
beforeEach(() => (folder = new RunFolder(mkdtempSync(join(tmpdir(), 'rlprompt-candidates-')))));
afterEach(() => rmSync(folder.path, { recursive: true, force: true }));

const gateRow = (row: number, parent: number | null, child: number | null): GateRow => ({
  row,
  input: `input ${row}`,
  expected: 'negative',
  parent: parent === null ? null : { score: parent, got: 'positive' },
  child: child === null ? null : { score: child, got: 'negative' },
});

const start: CandidateRecord = {
  id: 0,
  parents: [],
  operator: 'start',
  state: 'kept',
  text: `\n\n  Sort reviews. ${'x'.repeat(300)}\nBe brief.`,
  examples: 0,
  queries: 8,
  queriesSoFar: 8,
  step: 0,
};
const child: CandidateRecord = {
  ...start,
  id: 1,
  parents: [0],
  operator: 'addRule',
  text: `${start.text}\n- Irony counts.`,
  reason: 'It misses irony.',
  gate: {
    rows: [gateRow(3, 0, 1), gateRow(4, 0.5, 0.25), gateRow(5, 1, 1), gateRow(6, null, 1), gateRow(7, 0, 0.5)],
    gain: 0.25,
    better: 0.9,
    passed: true,
  },
  step: 1,
};

const write = (...lines: readonly unknown[]): void =>
  writeFileSync(
    folder.file('candidates.jsonl'),
    lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''),
  );

describe('candidates of a run', () => {
  it('come without their texts and rows, with how the rows of the gate went', () => {
    write(child, start);
    const [first, second] = candidates(folder);
    expect(first).toMatchObject({ id: 0, operator: 'start', line: `Sort reviews. ${'x'.repeat(146)}` });
    expect(second).toEqual({
      id: 1,
      parents: [0],
      operator: 'addRule',
      state: 'kept',
      line: '- Irony counts.',
      examples: 0,
      gate: { gain: 0.25, better: 0.9, passed: true, rows: 5, higher: 2, lower: 1 },
      queries: 8,
      queriesSoFar: 8,
      step: 1,
    });
  });

  it('show where a line of theirs first differs from their parent', () => {
    const parent = { ...start, text: 'Read the message and name its topic. Be brief.' };
    const text = (id: number, value: string) => ({ ...child, id, text: value });
    write(
      parent,
      text(1, 'Read the message and name its topic. Be precise.'),
      text(2, 'Read the message and name its topic. Be brief. If unsure, say so.'),
      text(3, 'Name the topic.'),
      text(4, parent.text),
    );
    expect(candidates(folder).map(({ line }) => line)).toEqual([
      parent.text,
      '… precise.',
      '… If unsure, say so.',
      'Name the topic.',
      parent.text,
    ]);
  });

  it('have what a later line of them says, and nothing of a line that is being written', () => {
    write(start, child, { id: 1, validation: { estimate: 0.8, rows: 64 } }, '{"id": 2, "par');
    expect(candidates(folder).map(({ id, validation }) => [id, validation?.rows])).toEqual([
      [0, undefined],
      [1, 64],
    ]);
  });

  it('are whole one by one, with the text of the first parent', () => {
    write(start, child, { ...start, id: 2, parents: [1, 0], text: undefined, state: 'refused', refused: 'tooLong' });
    expect(candidate(folder, 1)).toEqual({ text: child.text, parentText: start.text, reason: child.reason, rows: child.gate!.rows });
    expect(candidate(folder, 2)).toEqual({ parentText: child.text, rows: [] });
    expect(candidate(folder, 0)).toEqual({ text: start.text, rows: [] });
  });

  it('that are not there are an error', () => {
    expect(() => candidates(folder)).toThrow(expect.objectContaining({ code: 'run.noCandidates' }) as Error);
    write(start);
    expect(() => candidate(folder, 9)).toThrow(expect.objectContaining({ code: 'run.noCandidate' }) as Error);
  });
});
