import { existsSync, readFileSync } from 'node:fs';
import type { CandidateRecord, GateRecord, GateRow } from '../../search/reflect/record';
import { CodedError } from '../../wording/wording';
import { sharedBeginning } from '../report/tables';
import { parseLines } from '../store/lines';
import { CANDIDATES } from '../store/rows/names';
import type { RunFolder } from '../store/storage';

/** A candidate of a search by reflection without what only its details show. Plain data. */
export interface CandidateSummary extends Omit<CandidateRecord, 'text' | 'reason' | 'gate'> {
  /** The first line that its parent's text does not have, without a long beginning that it has; absent where there is no text. */
  readonly line?: string;
  readonly gate?: Omit<GateRecord, 'rows'> & {
    /** How many rows the gate took, and on how many of them the child scores higher and lower than its parent. */
    readonly rows: number;
    readonly higher: number;
    readonly lower: number;
  };
}

export interface CandidateDetails {
  readonly text?: string;
  /** Of its first parent. */
  readonly parentText?: string;
  readonly reason?: string;
  readonly rows: readonly GateRow[];
}

/** Characters of a line, and of a beginning like its parent's from which on that is left out. */
const [LENGTH, SHARED] = [160, 20];

/** Every candidate of a run, in the order of their ids. @throws CodedError where the run has none */
export function candidates(folder: RunFolder): CandidateSummary[] {
  const records = recordsOf(folder);
  return [...records.values()]
    .sort((a, b) => a.id - b.id)
    .map((record) => summary(record, records.get(record.parents[0] ?? -1)?.text ?? ''));
}

/** @throws CodedError where the run does not have the candidate */
export function candidate(folder: RunFolder, id: number): CandidateDetails {
  const records = recordsOf(folder);
  const record = records.get(id);
  if (!record) throw new CodedError('run.noCandidate', { id });
  const { text, reason, gate, parents } = record;
  const parentText = records.get(parents[0] ?? -1)?.text;
  return {
    ...(text !== undefined && { text }),
    ...(parentText !== undefined && { parentText }),
    ...(reason !== undefined && { reason }),
    rows: gate?.rows ?? [],
  };
}

/** By id; a later line of a candidate brings some of its fields anew. A last line that is being written is left out. */
function recordsOf(folder: RunFolder): Map<number, CandidateRecord> {
  const file = folder.file(CANDIDATES);
  if (!existsSync(file)) throw new CodedError('run.noCandidates');
  const records = new Map<number, CandidateRecord>();
  for (const record of parseLines(readFileSync(file, 'utf8'), file) as CandidateRecord[])
    records.set(record.id, { ...records.get(record.id), ...record });
  return records;
}

function summary({ text, reason: _, gate, ...record }: CandidateRecord, parent: string): CandidateSummary {
  return {
    ...record,
    ...(text !== undefined && { line: newLine(text, parent) }),
    ...(gate && { gate: { ...gate, ...outcome(gate) } }),
  };
}

/** A line that is only in the text, from the word on in which it differs from each line of its parent. */
function newLine(text: string, parent: string): string {
  const linesOf = (whole: string): string[] => whole.split('\n').flatMap((line) => line.trim() || []);
  const [lines, old] = [linesOf(text), linesOf(parent)];
  const line = lines.find((one) => !old.includes(one)) ?? lines[0] ?? '';
  const shared = Math.max(0, ...old.filter((one) => one !== line).map((one) => sharedBeginning(line, one)));
  const from = line.lastIndexOf(' ', shared) + 1;
  return from > SHARED && from < line.length ? `… ${cut(line.slice(from))}` : cut(line);
}

function cut(line: string): string {
  return Array.from(line.slice(0, 2 * LENGTH))
    .slice(0, LENGTH)
    .join('');
}

function outcome({ rows }: GateRecord): { rows: number; higher: number; lower: number } {
  const differences = rows.flatMap(({ parent, child }) => (parent && child ? [child.score - parent.score] : []));
  return {
    rows: rows.length,
    higher: differences.filter((difference) => difference > 0).length,
    lower: differences.filter((difference) => difference < 0).length,
  };
}
