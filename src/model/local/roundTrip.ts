import { fillTemplate, type Part } from '../../spec/template';
import type { Layout } from './layout';
import type { LmTokenizer } from './tokenizer/tokenizer';

/**
 * Whether the text that a user would send has exactly the ids that were scored: encoding the filled-in template as a whole
 * gives the ids that the layout assembled part by part.
 */
export function roundTrips(parts: readonly Part[], layout: Layout, tokenizer: LmTokenizer, ids: readonly number[], input: string): boolean {
  const prompt = layout.promptText(ids);
  const maskAt = parts.findIndex((part) => part.kind === 'mask');
  const sides = maskAt < 0 ? [parts] : [parts.slice(0, maskAt), parts.slice(maskAt + 1)];
  const encoded = sides.map((side, i) => tokenizer.encode(fillTemplate(side, input, prompt, ''), i === 0 ? 'start' : 'behind mask'));
  const whole = maskAt < 0 ? encoded[0]! : [...encoded[0]!, tokenizer.maskId!, ...encoded[1]!];
  const row = layout.row(input, ids.length === 0);
  const assembled = [
    ...row.before.slice(tokenizer.prefix.length),
    ...ids,
    ...row.after.slice(0, row.after.length - tokenizer.suffix.length),
  ];
  return row.cut === 0 && whole.join() === assembled.join();
}
