import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { specJsonSchema } from '../task/schema';

// Part of the build: media/prompt-task.schema.json is the schema in code, written out for editors.
writeFileSync(join(__dirname, '..', 'media', 'prompt-task.schema.json'), `${JSON.stringify(specJsonSchema(), null, 2)}\n`);
