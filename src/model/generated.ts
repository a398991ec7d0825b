/** Where the first of some texts begins; undefined if none is there. */
export function cutAt(stop: readonly string[], text: string): number | undefined {
  const places = stop.map((each) => text.indexOf(each)).filter((at) => at >= 0);
  return places.length > 0 ? Math.min(...places) : undefined;
}

/** A model's text as metrics get it: up to the first stop text, trimmed. */
export function asGenerated(text: string, stop: readonly string[]): string {
  return text.slice(0, cutAt(stop, text)).trim();
}
