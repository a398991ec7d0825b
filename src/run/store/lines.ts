import { CodedError } from '../../wording/wording';

/** The values of a file of JSON lines; a last line that is being written is left out. @throws CodedError that names a damaged line */
export function parseLines(text: string, file: string): unknown[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .flatMap((line, i) => {
      if (line === '') return [];
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        throw new CodedError('run.damagedLine', { file, line: i + 1 });
      }
    });
}
