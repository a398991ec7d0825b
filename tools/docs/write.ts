import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editorSchema } from '../../src/spec/schema';
import { fieldsTable } from './fields';

// Part of the build: writes the schema for editors (media/) and for readers (docs/).
const root = join(__dirname, '..');
writeFileSync(join(root, 'media', 'prompt-task.schema.json'), `${JSON.stringify(editorSchema(), null, 2)}\n`);
const docs = join(root, 'docs', 'task-spec.md');
writeFileSync(docs, readFileSync(docs, 'utf8').replace(/(<!-- fields -->\n)[^]*?(\n<!-- end of fields -->)/, (_, open, close) => `${open}${fieldsTable()}${close}`));
