export interface ArchiveEntry {
  readonly name: string;
  /** Bytes as it is, and in the archive. */
  readonly size: number;
  readonly compressed: number;
}
export function listArchive(file: string): Promise<ArchiveEntry[]>;
export function unpack(file: string, folder: string): Promise<void>;
