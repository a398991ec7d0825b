import { extname } from 'node:path';
import { fail } from '../spec/problem';
import { csvRows, tsvRows } from './delimited';
import { checkText } from './encoding';
import { jsonLines, jsonRows } from './json';
import type { Row } from './row';

const READERS: Readonly<Record<string, (path: string, file: string) => AsyncGenerator<Row>>> = {
  '.csv': csvRows,
  '.tsv': tsvRows,
  '.jsonl': jsonLines,
  '.ndjson': jsonLines,
  '.json': jsonRows,
};

/**
 * Streams the rows of a data file, without empty lines.
 * @param file the name for messages
 * @throws TaskError naming file, line and what was found
 */
export async function* readRows(path: string, file = path): AsyncGenerator<Row> {
  const extension = extname(path).toLowerCase();
  const reader = READERS[extension];
  if (!reader) fail({ file }, 'data.unknownKind', { extension });
  try {
    // The CSV reader reads little-endian UTF-16 by its byte order mark.
    await checkText(path, file, reader === csvRows || reader === tsvRows);
    yield* reader(path, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') fail({ file }, 'data.missing', {});
    if (code === 'EISDIR') fail({ file }, 'data.isFolder');
    if (code === 'EACCES') fail({ file }, 'data.noPermission');
    throw error;
  }
}
