import { PolicyModel } from '../../method/policyModel';
import { logSumExp } from '../../model/logits';
import type { ModelFolder } from '../../model/local/modelFolder';
import type { Compute } from '../../model/local/session';

/** Words whose next tokens are read at once: with 150,000 tokens, 19 MB. */
const AT_ONCE = 32;

/**
 * Words that a language model rather continues than ends, such as "unint" on the way to "unintentional". Vocabularies have many
 * of these, and merges tell only of those whose whole word is a token, too.
 */
export async function fragmentsAmong(
  words: readonly string[],
  model: ModelFolder,
  compute: Compute,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { tokenizer } = model;
  const reader = await PolicyModel.open(model, compute);
  try {
    const vocabulary = reader.embedding.length / reader.stateSize;
    const continues = Uint8Array.from({ length: vocabulary }, (_, id) => (/^[\p{L}\p{M}'’]/u.test(tokenizer.decodeBehind([id])) ? 1 : 0));
    const fragments = new Set<string>();
    for (let start = 0; start < words.length; start += AT_ONCE) {
      signal?.throwIfAborted();
      const some = words.slice(start, start + AT_ONCE);
      const states = await reader.states(some.map((word) => [...reader.source, ...tokenizer.encode(` ${word}`)]));
      const logits = await reader.languageLogits(states);
      some.forEach((word, i) => {
        const row = logits.subarray(i * vocabulary, (i + 1) * vocabulary);
        const all = logSumExp(row);
        const more = row.reduce((sum, x, id) => (continues[id] === 1 ? sum + Math.exp(x - all) : sum), 0);
        if (more > 1 / 2) fragments.add(word);
      });
    }
    return fragments;
  } finally {
    await reader.release();
  }
}
