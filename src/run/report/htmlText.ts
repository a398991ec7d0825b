const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as the content of an element, or of an attribute in quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** A table; cells are text unless they are given as `html`. */
export function htmlTable(header: readonly string[], rows: readonly (readonly Cell[])[], caption: string): string {
  const head = header.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map(cellHtml).join('')}</tr>`).join('\n');
  return `<div class="table"><table><caption>${escapeHtml(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table></div>`;
}

export type Cell = string | { readonly text: string; readonly kind: 'number' | 'number right' | 'right' | 'wrong' | 'prompt' | 'head' };

function cellHtml(cell: Cell): string {
  if (typeof cell === 'string') return `<td>${escapeHtml(cell)}</td>`;
  return cell.kind === 'head' ? `<th scope="row">${escapeHtml(cell.text)}</th>` : `<td class="${cell.kind}">${escapeHtml(cell.text)}</td>`;
}
