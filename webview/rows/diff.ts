/** A piece of two texts: in both, only in the new one, or only in the old one. */
export interface Change {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Words of both texts, multiplied, beyond which they are not compared word by word. */
const MOST = 25_000_000;

/** What changed from one text to another, by words: a longest common subsequence of words, spaces and punctuation marks. */
export function changes(from: string, to: string): Change[] {
  const [old, young] = [words(from), words(to)];
  let start = 0;
  while (start < Math.min(old.length, young.length) && old[start] === young[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, young.length) - start && old.at(-1 - end) === young.at(-1 - end)) end++;
  const [a, b] = [old.slice(start, old.length - end), young.slice(start, young.length - end)];
  return joined([
    { kind: 'same', text: old.slice(0, start).join('') },
    ...(a.length * b.length > MOST ? replaced(a, b) : compared(a, b)),
    { kind: 'same', text: old.slice(old.length - end).join('') },
  ]);
}

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+|\n|[^\S\n]+|[^\p{L}\p{N}_\s]/gu) ?? [];
}

function replaced(a: readonly string[], b: readonly string[]): Change[] {
  return [
    { kind: 'removed', text: a.join('') },
    { kind: 'added', text: b.join('') },
  ];
}

function compared(a: readonly string[], b: readonly string[]): Change[] {
  const width = b.length + 1;
  /** Length of the longest common subsequence of what is left from each pair of places on. */
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        a[i] === b[j] ? lengths[(i + 1) * width + j + 1]! + 1 : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
  const found: Change[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const left = lengths[i * width + j]!;
    const [canRemove, canAdd] = [
      i < a.length && lengths[(i + 1) * width + j]! === left,
      j < b.length && lengths[i * width + j + 1]! === left,
    ];
    const last = found.at(-1)?.kind;
    // A change continues while that loses nothing in common, so that it stays in one piece.
    if ((last === 'removed' && canRemove) || (last === 'added' && canAdd) || a[i] !== b[j] || i === a.length) {
      const remove = canRemove && (last !== 'added' || !canAdd);
      found.push(remove ? { kind: 'removed', text: a[i++]! } : { kind: 'added', text: b[j++]! });
    } else {
      found.push({ kind: 'same', text: a[i]! });
      [i, j] = [i + 1, j + 1];
    }
  }
  return found;
}

/**
 * Neighbors of one kind as one piece. A space between two changed words counts as changed, so that a sentence that was
 * written anew is not cut into its words.
 */
function joined(pieces: readonly Change[]): Change[] {
  const all: Change[] = [];
  let [removed, added] = ['', ''];
  const flush = (): void => {
    if (removed !== '') all.push({ kind: 'removed', text: removed });
    if (added !== '') all.push({ kind: 'added', text: added });
    [removed, added] = ['', ''];
  };
  const isSpace = ({ kind, text }: Change): boolean => kind === 'same' && /^[^\S\n]+$/.test(text);
  pieces.forEach((piece, i) => {
    const { kind, text } = piece;
    if (text === '') return;
    const next = pieces[i + 1];
    if (isSpace(piece) && removed + added !== '' && next && next.kind !== 'same') [removed, added] = [removed + text, added + text];
    else if (kind === 'removed') removed += text;
    else if (kind === 'added') added += text;
    else {
      flush();
      const last = all.at(-1);
      if (last?.kind === 'same') all[all.length - 1] = { kind, text: last.text + text };
      else all.push(piece);
    }
  });
  flush();
  return all;
}
