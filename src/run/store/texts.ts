import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Split } from '../../data/dataset';
import type { ScoredText } from '../../metrics/scoredTexts';

/**
 * What the prompts of a generation run wrote for held-out rows: gzipped lines of JSON, first a header, then one line for each
 * prompt. It is there to be read, so long texts are cut, and rows are left out where the file would be too large.
 */
interface TextsHeader {
  readonly format: 1;
  /** Hash of the held-out inputs and references. */
  readonly rows: string;
  /** Names of the metrics, in the order of each text's parts. */
  readonly metrics: readonly string[];
}

/** A prompt's texts, by row: one for each sample. */
export interface PromptTexts {
  readonly tokens: readonly number[];
  readonly rows: readonly (readonly [row: number, samples: readonly KeptText[]])[];
}

export interface KeptText {
  readonly output: string;
  readonly score: number;
  /** Score and reason of each metric. */
  readonly parts: readonly (readonly [score: number, reason: string])[];
}

export interface KeptTexts extends TextsHeader {
  readonly prompts: readonly PromptTexts[];
}

/** Bytes of a file. */
const MOST_BYTES = 1_000_000;
const LONGEST = { output: 2000, reason: 300 };

export function keptText({ output = '', score, parts }: ScoredText): KeptText {
  return {
    output: cut(output, LONGEST.output),
    score: rounded(score),
    parts: parts.map((part) => [rounded(part.score), cut(part.reason, LONGEST.reason)]),
  };
}

export function hashOfRows({ texts, references = [] }: Pick<Split, 'texts' | 'references'>): string {
  return createHash('sha256')
    .update(JSON.stringify([texts, references]))
    .digest('hex')
    .slice(0, 24);
}

/** The bytes of a file of at most `most` bytes; where not all rows fit, it has rows from all over the data, the same of every prompt. */
export function encodeTexts({ prompts, ...header }: KeptTexts, most = MOST_BYTES): Buffer {
  const rows = [...new Set(prompts.flatMap((prompt) => prompt.rows.map(([row]) => row)))].sort((a, b) => a - b);
  for (let count = rows.length; ;) {
    const kept = new Set(Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]!));
    const lines = prompts.map((prompt) => ({ ...prompt, rows: prompt.rows.filter(([row]) => kept.has(row)) }));
    const bytes = gzipSync([header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
    if (bytes.length <= most || count === 0) return bytes;
    count = Math.min(count - 1, Math.floor((0.97 * count * most) / bytes.length));
  }
}

/** Undefined where there is no such file, or none that this version reads. */
export function readTexts(file: string): KeptTexts | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const [header, ...prompts] = gunzipSync(readFileSync(file))
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const { format } = header as { format: unknown };
    return format === 1 ? { ...(header as TextsHeader), prompts: prompts as PromptTexts[] } : undefined;
  } catch {
    // Damaged: the run's scores are in other files.
    return undefined;
  }
}

/** More prompts behind those of a file of the same rows; the later texts of a prompt replace the earlier ones. */
export function withMore(before: KeptTexts | undefined, more: KeptTexts): KeptTexts {
  const same = before?.rows === more.rows && before.metrics.join('\n') === more.metrics.join('\n');
  const now = new Set(more.prompts.map(({ tokens }) => tokens.join()));
  const earlier = same ? before.prompts.filter(({ tokens }) => !now.has(tokens.join())) : [];
  return { ...more, prompts: [...earlier, ...more.prompts] };
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** To four decimals, which is all that anybody reads. */
function rounded(score: number): number {
  return Math.round(1e4 * score) / 1e4;
}
