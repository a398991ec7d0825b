import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editorSchema } from '../../src/spec/schema';
import { fieldsTable, startingPromptsList } from './fields';

// Part of the build: writes the schema for editors (media/) and for readers (docs/).
const root = join(__dirname, '..');
writeFileSync(join(root, 'media', 'prompt-task.schema.json'), `${JSON.stringify(editorSchema(), null, 2)}\n`);
const docs = join(root, 'docs', 'task-spec.md');
const page = replaced(readFileSync(docs, 'utf8'), 'fields', fieldsTable());
writeFileSync(docs, replaced(page, 'starting prompts', startingPromptsList()));

/** The text with what is between two marks replaced. */
function replaced(text: string, name: string, content: string): string {
  const between = new RegExp(`(<!-- ${name} -->\\n)[^]*?(\\n<!-- end of ${name} -->)`);
  return text.replace(between, (_, open: string, close: string) => `${open}${content}${close}`);
}
