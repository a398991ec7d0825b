import { applyEdits, findNodeAtLocation, modify, parseTree, type Edit, type JSONPath } from 'jsonc-parser';
import type { Fix } from '../../spec/problem';

const FORMAT = { formattingOptions: { insertSpaces: true, tabSize: 2 } };

/** The edits that apply a quick fix to the text of a spec; comments and formatting stay. Empty if the text has changed too much. */
export function editsOf(text: string, { also = [], ...fix }: Omit<Fix, 'title'>): Edit[] {
  if (also.length === 0) return editsOfOne(text, fix);
  const changed = [fix, ...also].reduce((before, one) => applyEdits(before, editsOfOne(before, one)), text);
  return [{ offset: 0, length: text.length, content: changed }];
}

function editsOfOne(text: string, { path, change }: Pick<Fix, 'path' | 'change'>): Edit[] {
  const at = [...path] as JSONPath;
  if (change === 'remove') return modify(text, at, undefined, FORMAT);
  if ('value' in change) return modify(text, at, change.value, FORMAT);
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const value = tree && findNodeAtLocation(tree, at);
  const key = value?.parent?.type === 'property' ? value.parent.children?.[0] : undefined;
  return key ? [{ offset: key.offset, length: key.length, content: JSON.stringify(change.name) }] : [];
}
