import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { decodeGroups, encodeGroup, headerLine, readHeader, type RowHeader, type RowResults } from './format';

/** A file of row results, open for appending. */
export class RowFile {
  private constructor(
    private readonly fd: number,
    private readonly prompts: Map<string, number>,
    /** Bytes in whole groups, the header included. */
    private end: number,
    /** What the file held when it was opened, with the offset of each group. */
    readonly before: readonly (RowResults & { readonly offset: number })[],
  ) {}

  /**
   * Opens a file, makes it if it is missing, and cuts off a group that a crash left half written. A file of other rows or of
   * another model, or one that cannot be read, is renamed to `NAME.old`.
   */
  static open(path: string, header: RowHeader): RowFile {
    if (existsSync(path)) {
      const bytes = readFileSync(path);
      const found = readHeader(bytes);
      if (found && JSON.stringify(found.header) === JSON.stringify(header)) {
        const { results, prompts, end } = decodeGroups(bytes, found.end, header.width);
        const fd = openSync(path, 'r+');
        ftruncateSync(fd, end);
        return new RowFile(fd, prompts, end, results);
      }
      if (bytes.length > 0) renameSync(path, `${path}.old`);
    }
    const fd = openSync(path, 'w', 0o600);
    const line = headerLine(header);
    writeAll(fd, line, 0);
    return new RowFile(fd, new Map(), line.length, []);
  }

  get offset(): number {
    return this.end;
  }

  /** Writes one group. Where that fails, nothing more can be appended. */
  append(results: readonly RowResults[]): void {
    const group = encodeGroup(results, this.prompts);
    writeAll(this.fd, group, this.end);
    this.end += group.length;
  }

  sync(): void {
    fsyncSync(this.fd);
  }

  close(): void {
    closeSync(this.fd);
  }
}

function writeAll(fd: number, bytes: Buffer, offset: number): void {
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written, bytes.length - written, offset + written);
}
