/** Words in an n-gram of BLEU, characters in one of chrF. */
const WORDS = 4;
const CHARACTERS = 6;
const BETA = 2;

/**
 * Sentence BLEU in [0, 1] (Papineni et al. 2002): precisions up to the longest n-gram that the output has, those without
 * a match halved from one to the next, times the brevity penalty against the reference that is closest in length.
 */
export function bleuScore(output: string, references: readonly string[]): number {
  const words = tokens13a(output);
  const others = references.map(tokens13a);
  let [sum, orders, smooth, matched] = [0, 0, 1, false];
  for (let n = 1; n <= WORDS && words.length >= n; n++, orders++) {
    const own = counts(words, n);
    const most = new Map<string, number>();
    for (const other of others) for (const [gram, count] of counts(other, n)) most.set(gram, Math.max(count, most.get(gram) ?? 0));
    const right = overlap(own, most);
    matched ||= right > 0;
    if (right === 0) smooth *= 2;
    sum += Math.log((right || 1 / smooth) / (words.length - n + 1));
  }
  if (!matched) return 0;
  const length = others.map((other) => other.length).reduce((a, b) => (closer(b, a, words.length) ? b : a));
  const brevity = Math.min(0, 1 - length / words.length);
  return Math.exp(brevity + sum / orders);
}

function closer(a: number, b: number, to: number): boolean {
  const [x, y] = [Math.abs(a - to), Math.abs(b - to)];
  return x < y || (x === y && a < b);
}

/** The tokenizer of WMT (mteval-v13a): punctuation apart, but not inside of numbers. */
function tokens13a(text: string): string[] {
  const plain = text
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return ` ${plain} `
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replace(/([^0-9])([.,])/g, '$1 $2 ')
    .replace(/([.,])([^0-9])/g, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ')
    .split(/\s+/)
    .filter((token) => token !== '');
}

/** chrF in [0, 1]: mean precision and recall over the orders that both texts have; white space does not count. */
export function chrfScore(output: string, reference: string): number {
  const [own, other] = [characters(output), characters(reference)];
  let [precision, recall, orders] = [0, 0, 0];
  for (let n = 1; n <= CHARACTERS && own.length >= n && other.length >= n; n++, orders++) {
    const right = overlap(counts(own, n), counts(other, n));
    precision += right / (own.length - n + 1);
    recall += right / (other.length - n + 1);
  }
  if (precision + recall === 0) return 0;
  return ((1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall) / orders;
}

function characters(text: string): string[] {
  return Array.from(text.replace(/\s+/gu, ''));
}

function counts(items: readonly string[], n: number): Map<string, number> {
  const grams = new Map<string, number>();
  for (let i = 0; i + n <= items.length; i++) {
    const gram = items.slice(i, i + n).join('\u0000');
    grams.set(gram, (grams.get(gram) ?? 0) + 1);
  }
  return grams;
}

function overlap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [gram, count] of a) sum += Math.min(count, b.get(gram) ?? 0);
  return sum;
}
