/** Splits a list into batches of at most `most` neighbors that share a key. */
export function* batches<T>(items: readonly T[], most: number, key: (item: T) => unknown = () => 0): Generator<readonly T[]> {
  for (let start = 0; start < items.length;) {
    let end = start + 1;
    while (end < items.length && end - start < most && key(items[end]!) === key(items[start]!)) end++;
    yield items.slice(start, end);
    start = end;
  }
}
